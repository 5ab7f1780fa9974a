package dev.mpp.chaos.sim;

/**
 * The links between the members, each direction for itself. Cuts are counted, so that faults that
 * overlap end one by one.
 */
final class SimNetwork {
  private final Chance chance;
  private final int size;
  private final int[] cuts;

  /** Extra delay of everything a member sends and receives, in milliseconds. */
  private final int[] slow;

  /** One in so many messages of a member is lost; 0 for none. */
  private final int[] lossy;

  SimNetwork(int size, Chance chance) {
    this.size = size;
    this.chance = chance;
    cuts = new int[size * size];
    slow = new int[size];
    lossy = new int[size];
  }

  boolean link(int from, int to) {
    return cuts[from * size + to] == 0;
  }

  boolean both(int a, int b) {
    return link(a, b) && link(b, a);
  }

  /** Changes one direction by one cut, or heals one. */
  void cut(int from, int to, boolean on) {
    if (from != to) {
      cuts[from * size + to] += on ? 1 : -1;
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
