package dev.mpp.cli;

import picocli.CommandLine.Option;

/** Who orders something, and why: goes to the journal of the node that is asked. */
final class Who {
  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Why, for the journal and for whoever looks at this at night.")
  private String reason = "";

  @Option(
      names = "--user",
      paramLabel = "NAME",
      description =
          "Who asks, for the journal (default: your login name). With certificates theirs counts.")
  private String user = System.getProperty("user.name", "");

  String reason() {
    return reason;
  }

  /** A reason that may not be left out. */
  String needReason(String command) {
    if (reason.isBlank()) {
      throw CliFailure.usage(
          command + " needs --reason \"…\": the next one on duty will want to know why");
    }
    return reason;
  }

  String user() {
    return user;
  }
}
