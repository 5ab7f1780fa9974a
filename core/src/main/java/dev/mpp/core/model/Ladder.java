package dev.mpp.core.model;

import java.util.ArrayList;
import java.util.List;

/**
 * Consecutive errored requests at which each status begins (BEHAVIOUR section 3), each from 1 to
 * 1000 and none below the one before it.
 */
public record Ladder(int info, int warn, int critical, int fail) {
  private static final int HIGHEST = 1000;

  /** 0 OK, 1 OK_INFO, 2 OK_WARN, 3 OK_CRITICAL, 4 and more FAIL. */
  public static final Ladder DEFAULT = new Ladder(1, 2, 3, 4);

  public Ladder {
    if (info < 1 || warn < info || critical < warn || fail < critical || fail > HIGHEST) {
      throw new IllegalArgumentException(
          "ladder %d, %d, %d, %d does not climb from 1 or more to 1000 at most"
              .formatted(info, warn, critical, fail));
    }
  }

  /**
   * @param req negative (nothing asked yet) counts as 0
   */
  public Status status(int req) {
    if (req < info) {
      return Status.OK;
    }
    if (req < warn) {
      return Status.OK_INFO;
    }
    if (req < critical) {
      return Status.OK_WARN;
    }
    return req < fail ? Status.OK_CRITICAL : Status.FAIL;
  }

  /**
   * Consecutive errored requests with which {@code status} or worse begins; 0 for OK. Where a step
   * of the ladder is empty, that is the beginning of the next one.
   */
  public int begin(Status status) {
    return switch (status) {
      case OK -> 0;
      case OK_INFO -> info;
      case OK_WARN -> warn;
      case OK_CRITICAL -> critical;
      case FAIL -> fail;
    };
  }

  /**
   * Parses the text form, four numbers: {@code 1,2,3,4}.
   *
   * @throws IllegalArgumentException naming what is wrong
   */
  public static Ladder parse(String text) {
    List<Integer> steps = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      if (!part.strip().matches("[0-9]{1,4}")) {
        throw new IllegalArgumentException(
            "\"" + text + "\" is not four numbers as 1,2,3,4 (OK_INFO,OK_WARN,OK_CRITICAL,FAIL)");
      }
      steps.add(Integer.parseInt(part.strip()));
    }
    if (steps.size() != 4) {
      throw new IllegalArgumentException(
          "\"" + text + "\" has " + steps.size() + " numbers, not four as 1,2,3,4");
    }
    return new Ladder(steps.get(0), steps.get(1), steps.get(2), steps.get(3));
  }

  @Override
  public String toString() {
    return info + "," + warn + "," + critical + "," + fail;
  }
}
