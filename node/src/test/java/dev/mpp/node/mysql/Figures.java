package dev.mpp.node.mysql;

/** Measurements of a test run, for docs/mysql.md. */
final class Figures {
  private Figures() {}

  static void note(String what, Object value) {
    System.out.println("figure: " + what + ": " + value);
  }
}
