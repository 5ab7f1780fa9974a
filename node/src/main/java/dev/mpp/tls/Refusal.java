package dev.mpp.tls;

import java.security.cert.CertificateException;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Why a handshake failed, in a sentence for the journal. */
public final class Refusal {
  private static final int LONGEST = 300;

  private Refusal() {}

  /**
   * @param cause what the TLS engine threw
   * @return empty when the other end only went away
   */
  public static Optional<String> of(Throwable cause) {
    return judged(cause)
        .or(() -> spoken(cause))
        .map(text -> text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text);
  }

  /**
   * Why a connection that had begun to speak TLS was not let in. With TLS 1.3 a client is through
   * before the server has judged it: one that hangs up at once was not accepted, whatever it
   * showed.
   */
  public static String atDoor(Throwable cause) {
    return of(cause).orElse("it hung up in the middle of the handshake, before it was accepted");
  }

  /** What this side's own judgement of the certificate said; empty when it was not that. */
  public static Optional<String> judged(Throwable cause) {
    Throwable t = cause;
    for (int depth = 0; t != null && depth < 20; depth++, t = t.getCause()) {
      if (t instanceof CertificateException && t.getMessage() != null) {
        return Optional.of(t.getMessage());
      }
    }
    return Optional.empty();
  }

  private static Optional<String> spoken(Throwable cause) {
    Throwable t = cause;
    for (int depth = 0; t != null && depth < 20; depth++, t = t.getCause()) {
      if (t.getClass().getSimpleName().equals("NotSslRecordException")) {
        // Its message holds what was sent.
        return Optional.of("it does not speak TLS");
      }
      if (t instanceof SSLException && t.getMessage() != null) {
        return said(t.getMessage()).map(text -> text + root(cause));
      }
    }
    return Optional.empty();
  }

  /** The engine's own sentence is often only "Unexpected exception". */
  private static String root(Throwable cause) {
    Throwable t = cause;
    for (int depth = 0; t.getCause() != null && depth < 20; depth++) {
      t = t.getCause();
    }
    return t instanceof SSLException
        ? ""
        : " ["
            + t.getClass().getSimpleName()
            + (t.getMessage() == null ? "" : ": " + t.getMessage())
            + "]";
  }

  private static Optional<String> said(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.contains("empty client certificate") || lower.contains("empty certificate")) {
      return Optional.of("it showed no certificate");
    }
    if (lower.contains("unrecognized ssl message")) {
      return Optional.of("it does not speak TLS");
    }
    if (lower.contains("alert")) {
      return Optional.of(
          "it refused the certificate shown to it, or TLS 1.3 ("
              + text.substring(Math.max(text.lastIndexOf(' '), text.lastIndexOf(':')) + 1)
              + ")");
    }
    return lower.contains("closed") || lower.contains("failure when writing")
        ? Optional.empty()
        : Optional.of("the handshake failed: " + text);
  }
}
