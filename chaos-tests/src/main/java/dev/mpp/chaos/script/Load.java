package dev.mpp.chaos.script;

import dev.mpp.chaos.check.Ack;
import dev.mpp.chaos.check.Sighting;
import dev.mpp.chaos.client.DnsWatch;
import dev.mpp.chaos.client.GlobalName;
import dev.mpp.chaos.client.Login;
import dev.mpp.chaos.client.Look;
import dev.mpp.chaos.client.Responder;
import dev.mpp.chaos.client.WriteProbe;
import dev.mpp.chaos.client.Writer;
import dev.mpp.chaos.demo.Demo;
import dev.mpp.chaos.demo.Site;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** The clients of one run: 8 writers, a write probe per server, a DNS watch per responder. */
final class Load implements AutoCloseable {
  static final String SERVICE = "mysql.eraser.test";
  private static final int WRITERS = 8;

  private final long run;
  private final Login login;
  private final List<Writer> writers = new ArrayList<>();
  private final List<WriteProbe> probes = new ArrayList<>();
  private final List<DnsWatch> watches = new ArrayList<>();

  Load(Demo demo, long run, long seed) {
    this.run = run;
    this.login = Login.app(demo.mysqlPort(), demo.appPassword());
    for (Site site : Site.withMySql()) {
      probes.add(new WriteProbe(site.address(), login));
      watches.add(new DnsWatch(responder(site, demo, Duration.ofMillis(500)), SERVICE));
    }
    for (int i = 0; i < WRITERS; i++) {
      List<Responder> servers =
          Site.withMySql().stream()
              .map(site -> responder(site, demo, Duration.ofMillis(250)))
              .toList();
      GlobalName name = new GlobalName(SERVICE, servers, i);
      writers.add(new Writer(run, i, name, login, new Random(seed * 31 + i)));
    }
  }

  private static Responder responder(Site site, Demo demo, Duration timeout) {
    return new Responder(site.address(), demo.dnsPort(), timeout);
  }

  WriteProbe probe(Site site) {
    return probes.get(Site.withMySql().indexOf(site));
  }

  DnsWatch dns(Site site) {
    return watches.get(Site.withMySql().indexOf(site));
  }

  Look look(Site site) {
    return new Look(site.address(), login);
  }

  long run() {
    return run;
  }

  List<Ack> acks() {
    return writers.stream().flatMap(writer -> writer.acks().stream()).toList();
  }

  List<Sighting> sightings(Stream<Site> asked) {
    return asked.flatMap(site -> dns(site).sightings().stream()).toList();
  }

  /** Every writer got an acknowledgement since then. */
  boolean allAckedSince(long instant) {
    return writers.stream().allMatch(writer -> writer.ackedSince(instant));
  }

  boolean smoothSince(long instant) {
    return writers.stream().allMatch(writer -> writer.smoothSince(instant));
  }

  /** One server accepts writes, the other refuses, and DNS names the first, at both responders. */
  Optional<Site> active() {
    return Site.withMySql().stream()
        .filter(site -> probe(site).accepting() && !probe(site.peer()).accepting())
        .filter(
            site ->
                watches.stream()
                    .allMatch(
                        watch ->
                            watch
                                .last()
                                .filter(s -> s.answer().equals(site.address()))
                                .isPresent()))
        .findFirst();
  }

  /** The same, not asking DNS. */
  Optional<Site> writable() {
    return Site.withMySql().stream()
        .filter(site -> probe(site).accepting() && !probe(site.peer()).accepting())
        .findFirst();
  }

  /** Commits at {@code active} wait for the other server, and that one keeps up. */
  boolean inSync(Site active) {
    return look(active).semiSyncOn()
        && look(active)
            .position()
            .filter(position -> look(active.peer()).reached(position))
            .isPresent();
  }

  /** What keeps things from being steady, for a message. */
  String complaint() {
    return "DNS: "
        + watches.stream().flatMap(watch -> watch.last().stream()).map(Sighting::answer).toList()
        + "; accepting probes: "
        + probes.stream().filter(WriteProbe::accepting).map(WriteProbe::server).toList()
        + "; semi-sync on and the other site in sync: "
        + writable().filter(this::inSync).isPresent()
        + "; last trouble of a writer: "
        + writers.getFirst().trouble().lines().findFirst().orElse("");
  }

  void stopWriters() {
    writers.parallelStream().forEach(Writer::close);
  }

  @Override
  public void close() {
    stopWriters();
    probes.parallelStream().forEach(WriteProbe::close);
    watches.parallelStream().forEach(DnsWatch::close);
  }
}
