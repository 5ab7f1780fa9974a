package dev.mpp.tls;

/** Certificates or keys that cannot be used; the message names the file and the remedy. */
public final class TlsProblem extends Exception {
  private static final long serialVersionUID = 1;

  public TlsProblem(String message) {
    super(message);
  }

  public TlsProblem(String message, Throwable cause) {
    super(message, cause);
  }
}
