package dev.mpp.node.store;

import org.jspecify.annotations.Nullable;

/** The store cannot be opened, read or written; the message says what to do about it. */
public final class StoreException extends Exception {
  private static final long serialVersionUID = 1;

  StoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
