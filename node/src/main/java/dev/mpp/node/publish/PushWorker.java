package dev.mpp.node.publish;

import dev.mpp.core.plan.BrainCommand;
import dev.mpp.node.NodeSnapshot;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.TSIG;

/**
 * Keeps one name at one server as {@link PushRule} wants it, on a thread of its own: reads what is
 * there, changes it, and reads it again until it is confirmed; looks again every minute.
 *
 * <p>The rule is asked again, by the clock, before every message that changes something. What is
 * still on its way when the lease ends is stopped by the server: see {@link EpochMark}.
 */
final class PushWorker implements Runnable {
  private static final long LOOK_MILLIS = 1000;
  private static final long RECHECK_NANOS = 60_000_000_000L;
  private static final long ALARM_NANOS = 5_000_000_000L;

  /** Reads the key anew: it may have been changed. */
  @FunctionalInterface
  interface Key {
    TSIG read() throws IOException;
  }

  /** What happened, counted. */
  enum Result {
    /** The server was read and said what it should. */
    CONFIRMED,
    /** An update was accepted. */
    ACCEPTED,
    /** An update came too late: the server refused it by its prerequisite. */
    OVERTAKEN,
    /** Not sent: a newer epoch speaks, or an operator has to look. */
    BLOCKED,
    /** No answer, or a refusal. */
    FAILED
  }

  private final PushRule rule;
  private final DynamicUpdate target;
  private final Key key;
  private final Supplier<@Nullable NodeSnapshot> picture;
  private final LongSupplier nanos;
  private final Signal changes;
  private final Consumer<BrainCommand.Journal> journal;
  private final Backoff backoff = new Backoff(200, 10_000);
  private final Map<Result, AtomicLong> counts = new ConcurrentHashMap<>();
  private Optional<PushPlan.Wanted> tried = Optional.empty();
  private Optional<PushPlan.Wanted> confirmed = Optional.empty();
  private Optional<EpochMark> written = Optional.empty();
  private long nextAt;
  private boolean tcp;
  private Optional<Result> reported = Optional.empty();
  private volatile Told told = new Told(Optional.empty(), 0, 0, "");

  /**
   * For the screens.
   *
   * @param wanted empty when there is nothing to say
   * @param since when it was first wanted
   * @param confirmedAt 0 when it is not
   * @param trouble why it is not; empty while nothing is known
   */
  private record Told(
      Optional<PushPlan.Wanted> wanted, long since, long confirmedAt, String trouble) {}

  /**
   * @param picture the newest; null before the first
   * @param changes raised whenever the picture changed in what the rule looks at
   */
  PushWorker(
      PushRule rule,
      DynamicUpdate target,
      Key key,
      Supplier<@Nullable NodeSnapshot> picture,
      LongSupplier nanos,
      Signal changes,
      Consumer<BrainCommand.Journal> journal) {
    this.rule = rule;
    this.target = target;
    this.key = key;
    this.picture = picture;
    this.nanos = nanos;
    this.changes = changes;
    this.journal = journal;
  }

  @Override
  public void run() {
    long seen = 0;
    while (!changes.ended()) {
      long wait = step();
      try {
        seen = changes.await(seen, wait);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private Optional<PushPlan.Wanted> wanted() {
    NodeSnapshot now = picture.get();
    return now == null ? Optional.empty() : rule.wanted(now, nanos.getAsLong());
  }

  /** One attempt if one is due; milliseconds until the next look. */
  long step() {
    Optional<PushPlan.Wanted> wanted = wanted();
    long now = nanos.getAsLong();
    if (!wanted.equals(tried)) {
      tried = wanted;
      nextAt = now;
      reported = Optional.empty();
      backoff.reset();
      told = new Told(wanted, now, 0, "");
    }
    if (wanted.isPresent() && nextAt - now <= 0) {
      attempt(wanted.get());
      now = nanos.getAsLong();
    }
    return wanted.isEmpty() ? LOOK_MILLIS : Math.clamp((nextAt - now) / 1_000_000, 1, LOOK_MILLIS);
  }

  private void attempt(PushPlan.Wanted wanted) {
    try {
      TSIG with = key.read();
      PushPlan plan = PushPlan.of(wanted, target.ttl(), target.observe(with, tcp), written);
      switch (plan) {
        case PushPlan.Done done -> confirm(wanted, done.mark());
        case PushPlan.Blocked blocked -> trouble(Result.BLOCKED, blocked.why());
        case PushPlan.Update update -> update(wanted, update, with);
      }
    } catch (IOException e) {
      tcp = !tcp; // where one is filtered the other may pass
      trouble(Result.FAILED, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      trouble(Result.FAILED, "internal error: " + e);
    }
  }

  private void update(PushPlan.Wanted wanted, PushPlan.Update update, TSIG with)
      throws IOException {
    if (!wanted().equals(Optional.of(wanted))) {
      nextAt = nanos.getAsLong(); // the role or the lease has gone meanwhile: nothing is sent
      return;
    }
    DynamicUpdate.Outcome outcome = target.send(update, wanted.addresses(), with, tcp);
    switch (outcome) {
      case ACCEPTED -> {
        written = Optional.of(update.mark());
        counted(Result.ACCEPTED);
        nextAt = nanos.getAsLong(); // and is read back at once
      }
      case OVERTAKEN ->
          trouble(Result.OVERTAKEN, "the mark changed while it was being replaced; reading again");
    }
  }

  private void confirm(PushPlan.Wanted wanted, EpochMark mark) {
    long now = nanos.getAsLong();
    counted(Result.CONFIRMED);
    if (!Optional.of(wanted).equals(confirmed) || reported.isPresent()) {
      confirmed = Optional.of(wanted);
      reported = Optional.empty();
      report(wanted, mark.text(), "confirmed by the server: " + text(wanted));
    }
    told = new Told(Optional.of(wanted), told.since(), now, "");
    backoff.reset();
    nextAt = now + RECHECK_NANOS;
  }

  private void trouble(Result result, String why) {
    counted(result);
    long now = nanos.getAsLong();
    told = new Told(tried, told.confirmedAt() == 0 ? told.since() : now, 0, why);
    nextAt = now + backoff.failed() * 1_000_000;
    // An overtaken update is the race that the mark is for. Everything else is told once, as it may
    // go on for days; what it is at present, the status says.
    if (result != Result.OVERTAKEN && !reported.equals(Optional.of(result))) {
      reported = Optional.of(result);
      tried.ifPresent(w -> report(w, "", "not confirmed: " + why));
    }
  }

  private void report(PushPlan.Wanted wanted, String to, String text) {
    journal.accept(
        new BrainCommand.Journal(
            rule.service().name(),
            "dns-push",
            DnsOutbound.text(target.server()),
            "",
            to,
            wanted.epoch(),
            text));
  }

  private static String text(PushPlan.Wanted wanted) {
    return wanted.addresses().isEmpty()
        ? "no address"
        : String.join(", ", wanted.addresses().stream().sorted().toList());
  }

  private void counted(Result result) {
    counts.computeIfAbsent(result, r -> new AtomicLong()).incrementAndGet();
  }

  long count(Result result) {
    AtomicLong count = counts.get(result);
    return count == null ? 0 : count.get();
  }

  DynamicUpdate target() {
    return target;
  }

  private String what() {
    return "DNS push of " + rule.service() + " to " + DnsOutbound.text(target.server());
  }

  /** Where it stands, in a sentence. */
  String line() {
    Told now = told;
    if (now.wanted().isEmpty()) {
      return what() + ": not this site's to say at present";
    }
    PushPlan.Wanted wanted = now.wanted().get();
    String said = "epoch " + wanted.epoch() + ", " + text(wanted);
    return what()
        + ": "
        + said
        + (now.confirmedAt() != 0
            ? ", confirmed " + seconds(now.confirmedAt()) + " s ago"
            : ", not confirmed" + (now.trouble().isEmpty() ? "" : ": " + now.trouble()));
  }

  /** What an operator has to know: it does not work, and not for a moment only. */
  Optional<String> alarm() {
    Told now = told;
    boolean late =
        now.wanted().isPresent()
            && now.confirmedAt() == 0
            && nanos.getAsLong() - now.since() > ALARM_NANOS;
    return late
        ? Optional.of(
            what()
                + " is not confirmed for "
                + seconds(now.since())
                + " s"
                + (now.trouble().isEmpty() ? "" : ": " + now.trouble()))
        : Optional.empty();
  }

  private long seconds(long since) {
    return (nanos.getAsLong() - since) / 1_000_000_000L;
  }
}
