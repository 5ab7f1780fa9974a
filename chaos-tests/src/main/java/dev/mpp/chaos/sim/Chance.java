package dev.mpp.chaos.sim;

/** The one source of chance of a run: SplitMix64 (Steele, Lea, Flood: OOPSLA 2014), seeded. */
final class Chance {
  private static final double UNIT = 0x1.0p-53;

  private long state;

  Chance(long seed) {
    state = seed * 0x9E3779B97F4A7C15L + 0x632BE59BD9B4E019L;
  }

  private long next() {
    state += 0x9E3779B97F4A7C15L;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** From 0 up to and without {@code bound}. */
  int below(int bound) {
    return (int) ((next() >>> 33) * bound >>> 31);
  }

  boolean oneIn(int n) {
    return below(n) == 0;
  }

  /** From 0 up to and without 1. */
  double unit() {
    return (next() >>> 11) * UNIT;
  }

  /** Nanoseconds between two numbers of milliseconds. */
  long ms(long from, long to) {
    return from * 1_000_000L + (long) (unit() * (to - from) * 1_000_000.0);
  }

  <T> T of(java.util.List<T> list) {
    return list.get(below(list.size()));
  }
}
