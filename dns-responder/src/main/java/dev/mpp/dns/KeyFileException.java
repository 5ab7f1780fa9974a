package dev.mpp.dns;

import java.util.List;

/** Keys that a zone cannot be signed with: every problem with its file and what to do about it. */
public final class KeyFileException extends Exception {
  private final transient List<String> problems;

  KeyFileException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  /** One line each, as {@code file: what is wrong; what to do}; without secrets. */
  public List<String> problems() {
    return problems;
  }
}
