package dev.mpp.node.agreement;

import java.io.IOException;

/** A command was not proposed: some voter would not be able to read it. The message says which. */
public final class OlderVoterException extends IOException {
  private static final long serialVersionUID = 1;

  OlderVoterException(String message) {
    super(message);
  }
}
