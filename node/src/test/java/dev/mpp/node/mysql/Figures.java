package dev.mpp.node.mysql;

/** Measurements of a test run, for docs/mysql.md. */
public final class Figures {
  private Figures() {}

  public static void note(String what, Object value) {
    System.out.println("figure: " + what + ": " + value);
  }
}
