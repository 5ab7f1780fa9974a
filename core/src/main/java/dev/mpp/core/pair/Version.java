package dev.mpp.core.pair;

/**
 * Orders the copies of one register: the higher epoch wins wholly, within an epoch the one with
 * more changes. Two copies of one version are equal: the changes of an epoch are made by one site,
 * and no two sites ever open the same epoch ({@link EpochRule}).
 *
 * @param changes ever made to the register, epochs included
 */
public record Version(long epoch, long changes) implements Comparable<Version> {
  public static final Version NONE = new Version(0, 0);

  public Version {
    if (epoch < 0 || changes < 0) {
      throw new IllegalArgumentException("version " + epoch + "/" + changes + " is negative");
    }
  }

  @Override
  public int compareTo(Version o) {
    int byEpoch = Long.compare(epoch, o.epoch);
    return byEpoch != 0 ? byEpoch : Long.compare(changes, o.changes);
  }

  boolean atLeast(Version o) {
    return compareTo(o) >= 0;
  }
}
