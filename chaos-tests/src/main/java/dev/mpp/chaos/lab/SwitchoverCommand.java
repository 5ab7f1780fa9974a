package dev.mpp.chaos.lab;

import java.io.PrintStream;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.BiFunction;
import picocli.CommandLine.Command;

/** {@code ./mpp chaos switchover}. */
@Command(
    name = "switchover",
    mixinStandardHelpOptions = true,
    description = {
      "Planned switchovers to and fro under 20 writers. Nothing else happens: writes pause for 1 s"
          + " at most (99th percentile), nothing is lost, never two are writable, no errant GTID."
    })
final class SwitchoverCommand extends Campaign {
  private static final long PAUSE_P99_MILLIS = 1_000;

  SwitchoverCommand(PrintStream answer) {
    super(answer);
  }

  @Override
  String label() {
    return "switchover";
  }

  @Override
  BiFunction<Integer, Random, MovePlan> plans() {
    return (turn, random) -> MovePlan.UNDISTURBED;
  }

  @Override
  OptionalLong pauseP99() {
    return OptionalLong.of(PAUSE_P99_MILLIS);
  }
}
