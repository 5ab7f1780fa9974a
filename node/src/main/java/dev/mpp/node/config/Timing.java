package dev.mpp.node.config;

import dev.mpp.node.config.MppConfig.DeadMan;
import dev.mpp.node.config.MppConfig.Election;
import dev.mpp.node.config.MppConfig.Lease;
import java.time.Duration;

/** The timings of the deployment, from the profile and the keys that override it. */
record Timing(Lease lease, Election election, DeadMan deadMan) {
  /** It becomes {@code wait_timeout} of a session, which servers count in seconds. */
  private static final Form<Duration> WHOLE_SECONDS =
      text -> {
        Duration time = between(1_000, 60_000).read(text);
        if (time.toNanosPart() != 0) {
          throw new Refused(
              "is \"" + text + "\", which the servers cannot count", "write whole seconds: 2s");
        }
        return time;
      };

  static Timing read(Section top) {
    Section lease = top.section("lease");
    LeaseProfile profile =
        lease.value("profile", Form.choice(LeaseProfile.class), LeaseProfile.DEFAULT);
    Timing timing =
        new Timing(
            lease(lease, profile),
            election(top.section("election"), profile.election()),
            deadMan(top.section("dead-man"), profile.deadMan()));
    lease.close();
    TimingRules.check(top, timing);
    return timing;
  }

  private static Lease lease(Section section, LeaseProfile profile) {
    Lease standard = profile.lease();
    return new Lease(
        profile,
        section.value("duration", between(1_000, 300_000), standard.duration()),
        section.value("renew", between(50, 60_000), standard.renew()),
        section.value("fence-budget", between(100, 120_000), standard.fenceBudget()),
        section.value("drift", Form.decimal("0", "0.1"), standard.drift()),
        section.value("stagger", between(0, 10_000), standard.stagger()));
  }

  private static Election election(Section section, Election standard) {
    Election election =
        new Election(
            section.value("min", between(100, 60_000), standard.min()),
            section.value("max", between(100, 60_000), standard.max()));
    section.close();
    return election;
  }

  private static DeadMan deadMan(Section section, DeadMan standard) {
    DeadMan deadMan =
        new DeadMan(
            section.value("timeout", WHOLE_SECONDS, standard.timeout()),
            section.value("period", between(100, 10_000), standard.period()),
            section.value("kill-budget", between(100, 60_000), standard.killBudget()));
    section.close();
    return deadMan;
  }

  static Form<Duration> between(long minMillis, long maxMillis) {
    return Form.duration(Duration.ofMillis(minMillis), Duration.ofMillis(maxMillis));
  }
}
