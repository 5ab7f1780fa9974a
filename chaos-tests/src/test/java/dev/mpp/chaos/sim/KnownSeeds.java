package dev.mpp.chaos.sim;

import java.util.stream.LongStream;

/**
 * Seeds that find a deliberate bug. Whatever changes the order of the simulator's chances makes
 * others of them: {@code mpp simulate lease --break NAME --minutes 2 --seeds 10000} names them.
 */
final class KnownSeeds {
  private KnownSeeds() {}

  static LongStream of(Break bug) {
    return switch (bug) {
      case CLOCK_DRIFT -> LongStream.of(24, 28);
      case CLOCK_STOPS -> LongStream.of(203, 244);
      case FORKED_LEDGER -> LongStream.of(5, 10);
      case BLIND_CLAIM -> LongStream.of(1, 3);
      case UNEQUAL_LEASE -> LongStream.of(14, 15);
      case DEAD_MAN_LIES -> LongStream.of(60, 61);
      case BOOTS_WRITABLE -> LongStream.of(3, 6);
      case FALSE_FENCE -> LongStream.of(1, 2);
      case UNCONDITIONAL_OPEN -> LongStream.of(73, 87);
      case EARLY_ACK -> LongStream.of(80, 92);
      case LOST_RELAY -> LongStream.of(94, 124);
      case SERVER_FREEZES -> LongStream.of(22, 38);
      case REUSED_GTIDS -> LongStream.of(397, 574);
      case COUNT_FROM_APPLY -> LongStream.of(1061, 4974);
      case LATE_FENCE -> LongStream.of(20, 27);
      case LONG_LOCK -> LongStream.of(3, 13);
      case NO_INCARNATION -> LongStream.of(130, 430);
      case STALE_RENEWAL -> LongStream.of(6, 12);
      case EARLY_RELEASE -> LongStream.of(1, 2);
      case PAIR_FALSE_EVIDENCE -> LongStream.of(29, 113);
      case PAIR_FALSE_WORD -> LongStream.of(18);
      case PAIR_OLD_DISK -> LongStream.of(223, 282);
      case PAIR_NO_EVIDENCE -> LongStream.of(20, 30);
      case PAIR_HASTY -> LongStream.of(9, 18);
      case PAIR_NO_REACH -> LongStream.of(10);
      case PAIR_DESERTS -> LongStream.of(129, 155);
      case PAIR_OVERLAPS -> LongStream.of(10739); // of an earlier build
      case EARLY_DNS -> LongStream.of(1, 2);
      case LONG_TTL -> LongStream.of(6, 11);
    };
  }
}
