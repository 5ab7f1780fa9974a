package dev.mpp.node.config;

import dev.mpp.core.plan.RpoBound;
import dev.mpp.node.config.MppConfig.Lease;
import dev.mpp.node.config.MppConfig.Poll;
import dev.mpp.node.config.MppConfig.Rpo;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads {@code rpo:} of a service: a word, or {@code {bounded: {seconds: N, transactions: M}}}.
 *
 * @param bound present if and only if {@code rpo} is BOUNDED
 */
record RpoReader(Rpo rpo, Optional<RpoBound> bound) {
  private static final int DAY = 86_400;
  private static final String EXAMPLE = "rpo: {bounded: {seconds: 10, transactions: 1000}}";

  private static final Form<Rpo> WORD =
      text -> {
        Rpo rpo = Form.choice(Rpo.class).read(text);
        if (rpo == Rpo.BOUNDED) {
          throw new Refused("is \"bounded\" without a bound", "write " + EXAMPLE);
        }
        return rpo;
      };

  static RpoReader read(Section service) {
    if (!(service.node("rpo").orElse(null) instanceof YamlNode.Mapping)) {
      return new RpoReader(service.value("rpo", WORD, Rpo.ZERO), Optional.empty());
    }
    Section rpo = service.section("rpo");
    if (!rpo.has("bounded")) {
      rpo.close();
      rpo.missing("bounded");
      return new RpoReader(Rpo.ZERO, Optional.empty());
    }
    Section bounded = rpo.section("bounded");
    OptionalLong seconds = number(bounded, "seconds", 1, DAY);
    OptionalLong transactions = number(bounded, "transactions", 0, 999_999_999);
    boolean given = bounded.has("seconds") || bounded.has("transactions");
    bounded.close();
    rpo.close();
    if (!given) {
      rpo.problem("bounded", "bounds nothing", "write " + EXAMPLE + ", one of the two or both");
    }
    return seconds.isEmpty() && transactions.isEmpty()
        ? new RpoReader(Rpo.ZERO, Optional.empty())
        : new RpoReader(
            Rpo.BOUNDED,
            Optional.of(
                new RpoBound(
                    seconds.isPresent()
                        ? OptionalLong.of(Duration.ofSeconds(seconds.getAsLong()).toNanos())
                        : seconds,
                    transactions)));
  }

  private static OptionalLong number(Section section, String key, int min, int max) {
    return section
        .optional(key, Form.integer(min, max))
        .map(i -> OptionalLong.of(i))
        .orElse(OptionalLong.empty());
  }

  /** What a site that vanishes was seen to have is as old as its lease when it ends. */
  void warn(Section service, Lease lease, Poll poll) {
    Duration least = lease.duration().plus(poll.interval()).plusSeconds(1);
    bound
        .map(RpoBound::nanos)
        .filter(OptionalLong::isPresent)
        .map(n -> Duration.ofNanos(n.getAsLong()))
        .filter(n -> n.compareTo(least) < 0)
        .ifPresent(
            n ->
                service.warning(
                    "rpo",
                    "bounds the loss to %s, less than lease.duration + poll.interval + 1s = %s"
                        .formatted(Durations.print(n), Durations.print(least)),
                    "write %d seconds or more: otherwise a site that vanishes is never taken over"
                            .formatted((least.toMillis() + 999) / 1000)
                        + " by itself, because its last word is older than that"));
  }
}
