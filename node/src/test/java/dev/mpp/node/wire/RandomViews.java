package dev.mpp.node.wire;

import dev.mpp.core.journal.JournalHead;
import dev.mpp.core.model.CheckpointClass;
import dev.mpp.core.model.GtidGap;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.Guard;
import dev.mpp.core.model.MariaDbGtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeOverride;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Views with every field drawn at random. */
final class RandomViews {
  private final Random random;

  RandomViews(long seed) {
    random = new Random(seed);
  }

  SiteView view() {
    return new SiteView(
        new SiteId("site" + random.nextInt(100)),
        text(),
        random.nextLong(),
        random.nextBoolean(),
        text(),
        text(),
        any(Reach.values()),
        some(this::checkpoint),
        some(this::pool),
        some(
            () ->
                new SiteView.LinkView(
                    new SiteId("peer" + random.nextInt(9)),
                    random.nextBoolean(),
                    random.nextLong(),
                    random.nextLong(),
                    perhaps(this::head))),
        some(
            () ->
                new SiteView.RoleView(
                    new ServiceName("db" + random.nextInt(9) + ".example.org"), random.nextLong())),
        perhaps(() -> new SiteView.Replica(text(), random.nextLong(), random.nextLong())),
        perhaps(this::head),
        text(),
        random.nextBoolean());
  }

  private JournalHead head() {
    return new JournalHead(
        random.nextLong(Long.MAX_VALUE), ("%016x".formatted(random.nextLong())).repeat(4));
  }

  private SiteView.CheckpointView checkpoint() {
    return new SiteView.CheckpointView(
        text(),
        any(CheckpointClass.values()),
        random.nextInt(),
        any(Status.values()),
        random.nextLong(),
        text());
  }

  private SiteView.PoolView pool() {
    return new SiteView.PoolView(
        new ServiceName("db" + random.nextInt(9) + ".example.org"),
        text(),
        any(Status.values()),
        random.nextBoolean(),
        text(),
        perhaps(this::gtids),
        random.nextLong(),
        some(this::node),
        text(),
        some(() -> new Guard(any(Guard.Kind.values()), text(), text())));
  }

  private SiteView.NodeView node() {
    return new SiteView.NodeView(
        new NodeAddress(
            any(new String[] {"10.0.0.1", "2001:db8::1", "db.example.org"}),
            1 + random.nextInt(65535)),
        any(NodeType.values()),
        random.nextInt(),
        any(Status.values()),
        any(Status.values()),
        any(State.values()),
        text(),
        random.nextLong(),
        random.nextLong(),
        perhaps(this::facts),
        perhaps(this::override));
  }

  private SiteView.OverrideView override() {
    return new SiteView.OverrideView(
        new NodeOverride(
            perhaps(() -> any(new State[] {State.ACTIVE, State.STANDBY, State.FAILED_ONLINE})),
            perhaps(() -> any(Status.values())),
            perhaps(() -> any(NodeType.values())),
            random.nextBoolean() ? OptionalInt.of(random.nextInt(1001)) : OptionalInt.empty()),
        random.nextLong(),
        text(),
        text());
  }

  private ServerFacts facts() {
    return new ServerFacts(
        text(),
        random.nextBoolean(),
        executed(),
        perhaps(
            () ->
                new ServerFacts.Replication(
                    text(),
                    random.nextBoolean(),
                    random.nextBoolean(),
                    random.nextBoolean(),
                    text(),
                    random.nextBoolean()
                        ? OptionalLong.of(random.nextLong())
                        : OptionalLong.empty(),
                    gtids())),
        new ServerFacts.SemiSync(
            random.nextBoolean(),
            random.nextInt(),
            random.nextInt(),
            random.nextBoolean(),
            random.nextBoolean(),
            random.nextInt()),
        random.nextBoolean(),
        text(),
        random.nextBoolean() ? ServerFacts.Vitals.NONE : vitals());
  }

  private ServerFacts.Vitals vitals() {
    return new ServerFacts.Vitals(
        random.nextInt(),
        random.nextInt(),
        random.nextLong(),
        new ServerFacts.Commits(
            any(ServerFacts.Commits.Outcome.values()), random.nextLong(), text()));
  }

  private GtidSet executed() {
    return gtids() instanceof MariaDbGtidSet m && random.nextBoolean()
        ? m.withGaps(List.of(GtidGap.parse("0-1000001>"), GtidGap.parse("0-2000101>1-99,2-50")))
        : gtids();
  }

  private GtidSet gtids() {
    int last = 1 + random.nextInt(100_000);
    return GtidSet.parse(
        any(
            new String[] {
              "",
              "0-1-" + last,
              "0-1-" + last + ",1-7-" + (last + 1),
              "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-" + (last + 1) + ":" + (last + 10),
              "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-3:nightly:1-" + last
            }));
  }

  private String text() {
    return random
        .ints(random.nextInt(12), 0, 3)
        .mapToObj(i -> List.of("a", "é", " ~\n").get(i))
        .reduce("", String::concat);
  }

  private <T> T any(T[] values) {
    return values[random.nextInt(values.length)];
  }

  private <T> List<T> some(Supplier<T> one) {
    return IntStream.range(0, random.nextInt(4)).mapToObj(i -> one.get()).toList();
  }

  private <T> Optional<T> perhaps(Supplier<T> one) {
    return random.nextBoolean() ? Optional.of(one.get()) : Optional.empty();
  }
}
