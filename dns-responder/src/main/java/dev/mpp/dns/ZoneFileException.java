package dev.mpp.dns;

import java.util.List;

/** A zone file that cannot be served: every problem with its place and what to do about it. */
public final class ZoneFileException extends Exception {
  private final transient List<String> problems;

  ZoneFileException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  /** One line each, as {@code file:line: what is wrong; what to do}, in the order of the file. */
  public List<String> problems() {
    return problems;
  }
}
