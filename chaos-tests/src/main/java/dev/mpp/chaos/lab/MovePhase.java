package dev.mpp.chaos.lab;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How far a switchover is, as the journals of the data sites tell it (decision 11). */
enum MovePhase {
  CATCH_UP,
  FENCE,
  POSITION,
  DRAIN,
  HANDOVER,
  /** The target claims the role. */
  TAKE_OVER,
  /** The ledger knows that the target is writable; the answers of all sites are to follow. */
  ACKNOWLEDGE,
  ROLL_BACK;

  private static final Pattern HOLDER =
      Pattern.compile(
          "mpp\\.journal - \\S+ switchover (?:\\S+ )?(?:\\S+ -> )?"
              + "(CATCH_UP|FENCE|POSITION|DRAIN|HANDOVER|ROLL BACK) — .*");
  private static final Pattern CLAIM =
      Pattern.compile("mpp\\.journal - \\S+ claim \\S+ — the role was handed over to this site.*");
  private static final Pattern SERVE =
      Pattern.compile("mpp\\.journal - \\S+ ledger \\S+ Serve — .*");

  /** The phase that begins with this line of a node's log. */
  static Optional<MovePhase> begins(String line) {
    int journal = line.indexOf("mpp.journal - ");
    if (journal < 0) {
      return Optional.empty();
    }
    String entry = line.substring(journal);
    Matcher holder = HOLDER.matcher(entry);
    if (holder.matches()) {
      return Optional.of(valueOf(holder.group(1).replace(' ', '_')));
    }
    if (CLAIM.matcher(entry).matches()) {
      return Optional.of(TAKE_OVER);
    }
    return SERVE.matcher(entry).matches() ? Optional.of(ACKNOWLEDGE) : Optional.empty();
  }
}
