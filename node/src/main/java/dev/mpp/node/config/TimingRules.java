package dev.mpp.node.config;

import static dev.mpp.node.config.Durations.print;

import dev.mpp.node.config.MppConfig.Poll;
import dev.mpp.node.config.YamlNode.Position;
import java.time.Duration;
import java.util.List;

/**
 * The inequalities between timings that safety and liveness rest on (DESIGN section 3). Each
 * failure is reported with the inequality and its numbers.
 */
final class TimingRules {
  private static final List<String> ORDER = List.of("lease", "election", "dead-man");

  private TimingRules() {}

  static void check(Section top, Timing timing) {
    Duration lease = timing.lease().duration();
    Duration renew = timing.lease().renew();
    Duration fence = timing.lease().fenceBudget();
    Duration timeout = timing.deadMan().timeout();
    Duration period = timing.deadMan().period();
    Duration kill = timing.deadMan().killBudget();
    Duration max = timing.election().max();
    Findings findings = top.findings();
    Position at = position(top);

    Duration deadMan = timeout.plus(period).plus(kill).plus(renew);
    if (lease.compareTo(deadMan) < 0) {
      refuse(
          findings,
          at,
          "lease.duration >= dead-man.timeout + dead-man.period + dead-man.kill-budget +"
              + " lease.renew",
          "%s < %s + %s + %s + %s = %s"
              .formatted(
                  print(lease),
                  print(timeout),
                  print(period),
                  print(kill),
                  print(renew),
                  print(deadMan)),
          "lengthen the lease or shorten the dead-man's times (\"profile: fast\" sets all of them"
              + " for a lease of 4500ms): it has to end the writes of a dead MPP before another site"
              + " may be promoted");
    }
    Duration left = lease.minus(fence).minus(renew);
    if (left.multipliedBy(2).compareTo(max.multipliedBy(3)) <= 0) {
      refuse(
          findings,
          at,
          "lease.duration - lease.fence-budget - lease.renew > election.max x 1.5",
          "%s - %s - %s = %s, and %s x 1.5 = %s"
              .formatted(
                  print(lease),
                  print(fence),
                  print(renew),
                  print(left),
                  print(max),
                  print(max.multipliedBy(3).dividedBy(2))),
          "lengthen the lease or shorten election.max: a change of the Raft leader must not cost"
              + " the holder its lease");
    }
    if (renew.multipliedBy(4).compareTo(lease) > 0) {
      refuse(
          findings,
          at,
          "lease.renew x 4 <= lease.duration",
          print(renew) + " x 4 = " + print(renew.multipliedBy(4)) + " > " + print(lease),
          "renew more often: some renewals may be lost without harm");
    }
    if (fence.multipliedBy(2).compareTo(lease) >= 0) {
      refuse(
          findings,
          at,
          "lease.fence-budget < lease.duration / 2",
          print(fence) + " >= " + print(lease) + " / 2 = " + print(lease.dividedBy(2)),
          "shorten the fence budget or lengthen the lease");
    }
    if (timing.election().min().compareTo(max) >= 0) {
      refuse(
          findings,
          top.at("election"),
          "election.min < election.max",
          print(timing.election().min()) + " >= " + print(max),
          "leave room between the two, so that candidates do not collide");
    }
  }

  static void check(Section section, Poll poll) {
    if (poll.retryInterval().compareTo(poll.interval()) > 0) {
      refuse(
          section.findings(),
          section.at("retry-interval"),
          "poll.retry-interval <= poll.interval",
          print(poll.retryInterval()) + " > " + print(poll.interval()),
          "remove retry-interval (a quarter of the interval) or shorten it");
    }
    if (poll.timeout().compareTo(poll.interval()) > 0) {
      section.warning(
          "timeout",
          "is " + print(poll.timeout()) + ", longer than the interval of " + print(poll.interval()),
          "polls of one node never overlap: one that takes longer than the interval delays the next,"
              + " and the cycles it costs are counted as skipped");
    }
  }

  static void checkTtl(Section dns, Duration ttl, Duration lease) {
    if (ttl.compareTo(lease) > 0) {
      refuse(
          dns.findings(),
          dns.at("ttl"),
          "dns.ttl <= lease.duration",
          print(ttl) + " > " + print(lease),
          "shorten the TTL: resolvers must not keep a dead site's address");
    }
  }

  /** The first section of timings that the file has, for rules that concern several. */
  private static Position position(Section top) {
    return ORDER.stream().filter(top::has).findFirst().map(top::at).orElse(Position.START);
  }

  private static void refuse(
      Findings findings, Position at, String inequality, String numbers, String remedy) {
    findings.problem(at, "unsafe timing: " + inequality + " does not hold: " + numbers, remedy);
  }
}
