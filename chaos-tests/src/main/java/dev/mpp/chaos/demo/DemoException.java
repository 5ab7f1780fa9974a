package dev.mpp.chaos.demo;

/** Something the user can do something about: what is wrong and the remedy, no stack trace. */
public final class DemoException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public DemoException(String what, String remedy) {
    super(remedy.isEmpty() ? what : what + "\n  " + remedy.replace("\n", "\n  "));
  }
}
