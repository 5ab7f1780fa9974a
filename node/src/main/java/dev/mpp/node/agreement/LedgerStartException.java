package dev.mpp.node.agreement;

/** Why a member could not start; the message says what is wrong and what to do. */
public final class LedgerStartException extends RuntimeException {
  LedgerStartException(String message) {
    super(message);
  }

  LedgerStartException(String message, Throwable cause) {
    super(message, cause);
  }
}
