package dev.mpp.chaos.lab;

import java.io.PrintStream;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.BiFunction;
import picocli.CommandLine.Command;

/** {@code ./mpp chaos switchover-faults}. */
@Command(
    name = "switchover-faults",
    mixinStandardHelpOptions = true,
    description = {
      "Switchovers in the middle of which something breaks: the nodes of the witness that was asked,"
          + " of the target and of the source, their servers, each link between the three.",
      "Runs 1 to 40 go through each of these faults at the beginning of each phase (CATCH_UP, FENCE,"
          + " HANDOVER, TAKE_OVER, ACKNOWLEDGE); those after them meet the first 0.4 s at random.",
      "One server is writable again within 5 s, or the lease (6 s) and 1.5 s when the node of the"
          + " source or the target died; never two; nothing acknowledged is lost."
    })
final class SwitchoverFaultsCommand extends Campaign {
  SwitchoverFaultsCommand(PrintStream answer) {
    super(answer);
  }

  @Override
  String label() {
    return "switchover-faults";
  }

  @Override
  BiFunction<Integer, Random, MovePlan> plans() {
    return MovePlan::disturbed;
  }

  @Override
  OptionalLong pauseP99() {
    return OptionalLong.empty();
  }
}
