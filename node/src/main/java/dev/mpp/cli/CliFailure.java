package dev.mpp.cli;

/** Ends a command with one line on the error stream. */
final class CliFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int exitCode;

  private CliFailure(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  static CliFailure refused(String message) {
    return new CliFailure(Cli.REFUSED, message);
  }

  static CliFailure usage(String message) {
    return new CliFailure(Cli.USAGE, message);
  }

  static CliFailure unreachable(String message) {
    return new CliFailure(Cli.UNREACHABLE, message);
  }

  int exitCode() {
    return exitCode;
  }
}
