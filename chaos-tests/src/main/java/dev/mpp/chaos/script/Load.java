package dev.mpp.chaos.script;

import dev.mpp.chaos.check.Ack;
import dev.mpp.chaos.check.Row;
import dev.mpp.chaos.check.Sighting;
import dev.mpp.chaos.client.DnsWatch;
import dev.mpp.chaos.client.FlagWatch;
import dev.mpp.chaos.client.GlobalName;
import dev.mpp.chaos.client.Login;
import dev.mpp.chaos.client.Look;
import dev.mpp.chaos.client.Responder;
import dev.mpp.chaos.client.WriteProbe;
import dev.mpp.chaos.client.Writer;
import dev.mpp.chaos.process.Place;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The clients of one run: writers, a write probe and a watch of the read-only flag per server, a
 * DNS watch per responder. Writers and DNS watches use the network of the thread that makes this;
 * probes and watches of the servers go by their entrances.
 */
public final class Load implements AutoCloseable {
  /** Of the demo. */
  static final int WRITERS = 8;

  /** Number of the first writer beside a server. */
  private static final int FIRST_LOCAL = 1_000;

  private final Stage stage;
  private final long run;
  private final Login login;
  private final List<Writer> writers = new ArrayList<>();
  private final List<Writer> locals = new ArrayList<>();
  private final List<WriteProbe> probes = new ArrayList<>();
  private final List<FlagWatch> flags = new ArrayList<>();
  private final List<DnsWatch> watches = new ArrayList<>();

  /** Without writers beside the servers. */
  public Load(Stage stage, long run, long seed, int writers) {
    this(stage, run, seed, writers, false);
  }

  /**
   * @param run distinguishes the rows of this run
   * @param writers that follow DNS
   * @param local also one writer beside each server, by its entrance, as an application in the same
   *     site: no fault cuts it off, so that it sees what a server still acknowledges
   */
  public Load(Stage stage, long run, long seed, int writers, boolean local) {
    this.stage = stage;
    this.run = run;
    this.login = Login.app(stage.mysqlPort(), stage.password());
    for (Place place : stage.places()) {
      probes.add(place.entrance().inside(() -> new WriteProbe(place.address(), login)));
      flags.add(place.entrance().inside(() -> new FlagWatch(place.address(), login)));
      watches.add(new DnsWatch(responder(place, Duration.ofMillis(500)), stage.service()));
    }
    for (int i = 0; i < writers; i++) {
      List<Responder> servers =
          stage.places().stream().map(place -> responder(place, Duration.ofMillis(250))).toList();
      GlobalName name = new GlobalName(stage.service(), servers, i);
      this.writers.add(Writer.byName(run, i, name, login, new Random(seed * 31 + i)));
    }
    for (int i = 0; local && i < stage.places().size(); i++) {
      Place place = stage.places().get(i);
      int number = FIRST_LOCAL + i;
      Random random = new Random(seed * 31 + number);
      locals.add(
          place
              .entrance()
              .inside(() -> Writer.beside(run, number, place.address(), login, random)));
    }
  }

  private Responder responder(Place place, Duration timeout) {
    return new Responder(place.address(), stage.dnsPort(), timeout);
  }

  public WriteProbe probe(Place place) {
    return probes.get(stage.places().indexOf(place));
  }

  public FlagWatch flag(Place place) {
    return flags.get(stage.places().indexOf(place));
  }

  private DnsWatch dns(Place place) {
    return watches.get(stage.places().indexOf(place));
  }

  /** Asks one server, by the judge's way. */
  public <T> T ask(Place place, Function<Look, T> question) {
    return place
        .entrance()
        .inside(() -> question.apply(new Look(place.address(), login, stage.family())));
  }

  /** Every row of this run at one server; fails with what the server said. */
  public Set<Row> rows(Place place) {
    return ask(
        place,
        look -> {
          try {
            return look.rows(run);
          } catch (SQLException e) {
            throw new UncheckedIOException(new IOException(e.getMessage(), e));
          }
        });
  }

  public long run() {
    return run;
  }

  public List<Ack> acks() {
    return writers.stream().flatMap(writer -> writer.acks().stream()).toList();
  }

  /** Of the writers beside the servers. */
  public List<Ack> localAcks() {
    return locals.stream().flatMap(writer -> writer.acks().stream()).toList();
  }

  public List<Sighting> sightings(Stream<Place> asked) {
    return asked.flatMap(place -> dns(place).sightings().stream()).toList();
  }

  /** Every writer got an acknowledgement since then. */
  public boolean allAckedSince(long instant) {
    return writers.stream().allMatch(writer -> writer.ackedSince(instant));
  }

  public boolean smoothSince(long instant) {
    return writers.stream().allMatch(writer -> writer.smoothSince(instant));
  }

  /** One server accepts writes, the other refuses, and DNS names the first, at both responders. */
  public Optional<Place> active() {
    return writable()
        .filter(
            place ->
                watches.stream()
                    .allMatch(
                        watch ->
                            watch
                                .last()
                                .filter(s -> s.answer().equals(place.address()))
                                .isPresent()));
  }

  /** The same, not asking DNS. */
  public Optional<Place> writable() {
    return stage.places().stream()
        .filter(place -> probe(place).accepting() && !probe(stage.peer(place)).accepting())
        .findFirst();
  }

  /** Commits at {@code active} wait for the other server, and that one keeps up. */
  public boolean inSync(Place active) {
    return ask(active, Look::semiSyncOn)
        && ask(active, Look::position)
            .filter(position -> ask(stage.peer(active), peer -> peer.reached(position)))
            .isPresent();
  }

  /** What keeps things from being steady, for a message. */
  public String complaint() {
    return "DNS: "
        + watches.stream().flatMap(watch -> watch.last().stream()).map(Sighting::answer).toList()
        + "; accepting probes: "
        + probes.stream().filter(WriteProbe::accepting).map(WriteProbe::server).toList()
        + "; semi-sync on and the other site in sync: "
        + writable().filter(this::inSync).isPresent()
        + "; last trouble of a writer: "
        + writers.getFirst().trouble().lines().findFirst().orElse("");
  }

  public void stopWriters() {
    Stream.concat(writers.stream(), locals.stream()).parallel().forEach(Writer::close);
  }

  @Override
  public void close() {
    stopWriters();
    probes.parallelStream().forEach(WriteProbe::close);
    flags.parallelStream().forEach(FlagWatch::close);
    watches.parallelStream().forEach(DnsWatch::close);
  }
}
