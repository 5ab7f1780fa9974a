package dev.mpp.chaos.sim;

/**
 * The links between the members, each direction for itself, over one way or several that fail one
 * by one. Cuts are counted, so that faults that overlap end one by one.
 */
final class SimNetwork {
  private final Chance chance;
  private final int size;
  private final int ways;
  private final int[][] cuts;

  /** Extra delay of everything a member sends and receives, in milliseconds. */
  private final int[] slow;

  /** One in so many messages of a member is lost; 0 for none. */
  private final int[] lossy;

  SimNetwork(int size, int ways, Chance chance) {
    this.size = size;
    this.ways = ways;
    this.chance = chance;
    cuts = new int[ways][size * size];
    slow = new int[size];
    lossy = new int[size];
  }

  int ways() {
    return ways;
  }

  boolean link(int way, int from, int to) {
    return cuts[way][from * size + to] == 0;
  }

  /** Whether something gets there. */
  boolean link(int from, int to) {
    for (int way = 0; way < ways; way++) {
      if (link(way, from, to)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a connection can be made: there and back on the same way. */
  boolean both(int a, int b) {
    for (int way = 0; way < ways; way++) {
      if (link(way, a, b) && link(way, b, a)) {
        return true;
      }
    }
    return false;
  }

  /** Changes one direction of every way by one cut, or heals one. */
  void cut(int from, int to, boolean on) {
    for (int way = 0; way < ways; way++) {
      cut(way, from, to, on);
    }
  }

  void cut(int way, int from, int to, boolean on) {
    if (from != to) {
      cuts[way][from * size + to] += on ? 1 : -1;
    }
  }

  void isolate(int member, boolean on) {
    for (int other = 0; other < size; other++) {
      cut(member, other, on);
      cut(other, member, on);
    }
  }

  void trouble(int member, int slowMillis, int lostOneIn) {
    slow[member] = slowMillis;
    lossy[member] = lostOneIn;
  }

  long delay(int from, int to) {
    if (from == to) {
      return chance.ms(0, 2);
    }
    int extra = slow[from] + slow[to];
    return chance.ms(1, 30) + (extra == 0 ? 0 : chance.ms(0, extra));
  }

  boolean loses(int from, int to) {
    return from != to && (loses(lossy[from]) || loses(lossy[to]));
  }

  private boolean loses(int oneIn) {
    return oneIn > 0 && chance.oneIn(oneIn);
  }
}
