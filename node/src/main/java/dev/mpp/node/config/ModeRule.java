package dev.mpp.node.config;

import dev.mpp.node.config.MppConfig.Mode;
import java.util.Locale;

/**
 * How the sites of a file agree:
 *
 * <pre>
 * listed                      mode: absent       mode: given
 * one site                    solo               solo
 * two sites, no witness       pair, warned       pair
 * three voters or more        quorum             quorum
 * one site and a witness      problem: a witness needs two sites
 * anything else given         problem
 * </pre>
 */
final class ModeRule {
  private static final String WITNESS =
      "add a witness (one small process without MySQL): {name: witness, address: ..., witness:"
          + " true}";

  private ModeRule() {}

  /**
   * @param written how many sites the file lists, wrong ones included
   */
  static Mode read(Section top, int written, boolean witness) {
    Mode possible = written == 1 ? Mode.SOLO : written == 2 ? Mode.PAIR : Mode.QUORUM;
    boolean given = top.has("mode");
    Mode mode = top.value("mode", Form.choice(Mode.class), possible);
    if (!top.has("sites")) {
      return mode;
    }
    if (written == 0 && top.emptyList("sites")) {
      top.problem("sites", "lists no site", "list every site, witnesses included");
    } else if (witness && written <= 2) {
      top.problem(
          "sites",
          written == 1 ? "has a witness only" : "has one site and a witness",
          "list two sites with pools beside the witness, or the one site alone");
    } else if (written > 0 && mode != possible) {
      top.problem(
          "mode",
          "is \"%s\", and %d listed %s %s"
              .formatted(
                  word(mode), written, written == 1 ? "site makes" : "sites make", word(possible)),
          mode == Mode.QUORUM ? WITNESS : "write mode: " + word(possible) + ", or remove the key");
    } else if (mode == Mode.PAIR && !given) {
      top.warning(
          "sites",
          "has two voters, which is pair mode: if both can see the world but not each other, no rule"
              + " can tell which of them is alone (docs/pair-mode.md)",
          WITNESS + "; or accept it with \"mode: pair\"");
    }
    return mode;
  }

  static String word(Mode mode) {
    return mode.name().toLowerCase(Locale.ROOT);
  }
}
