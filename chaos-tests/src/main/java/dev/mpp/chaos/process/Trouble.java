package dev.mpp.chaos.process;

/** Something the user can do something about: what is wrong and the remedy, no stack trace. */
public final class Trouble extends RuntimeException {
  private static final long serialVersionUID = 1;

  public Trouble(String what, String remedy) {
    super(remedy.isEmpty() ? what : what + "\n  " + remedy.replace("\n", "\n  "));
  }
}
