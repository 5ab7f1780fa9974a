package dev.mpp.node.publish;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands beside a pushed name, as TXT at {@code _mpp.NAME}: whose word the addresses are. The
 * pair of epoch and change only grows, and no two updates ever write the same one; each update
 * demands the exact mark that it was made for. So of two updates in flight one fails at the server,
 * and one that was delayed since before a newer one fails whenever it arrives.
 *
 * @param epoch of the ledger
 * @param change within the epoch, from 1
 * @param site whose addresses they are; {@code none} where there are none
 */
record EpochMark(long epoch, long change, String site) {
  /** In front of the pushed name. */
  static final String LABEL = "_mpp";

  static final String NONE = "none";
  private static final Pattern FORM =
      Pattern.compile("mpp epoch=([0-9]{1,18}) change=([0-9]{1,18}) site=([a-z0-9-]{1,63})");

  /** Empty if the text is no mark. */
  static Optional<EpochMark> parse(String text) {
    Matcher m = FORM.matcher(text);
    return m.matches()
        ? Optional.of(
            new EpochMark(Long.parseLong(m.group(1)), Long.parseLong(m.group(2)), m.group(3)))
        : Optional.empty();
  }

  /** The mark of the next update, which the holder of an epoch makes over this one. */
  EpochMark next(long inEpoch, String of) {
    return new EpochMark(inEpoch, inEpoch == epoch ? change + 1 : 1, of);
  }

  String text() {
    return "mpp epoch=" + epoch + " change=" + change + " site=" + site;
  }
}
