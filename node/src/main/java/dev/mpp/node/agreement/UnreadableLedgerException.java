package dev.mpp.node.agreement;

/** Bytes of the ledger that this version must not guess at; its replica stops rather than skip. */
final class UnreadableLedgerException extends RuntimeException {
  UnreadableLedgerException(String message) {
    super(message);
  }

  UnreadableLedgerException(String message, Throwable cause) {
    super(message, cause);
  }
}
