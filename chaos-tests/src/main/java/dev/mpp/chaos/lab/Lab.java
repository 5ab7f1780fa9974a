package dev.mpp.chaos.lab;

import dev.mpp.chaos.client.Family;
import dev.mpp.chaos.client.Login;
import dev.mpp.chaos.client.Look;
import dev.mpp.chaos.process.Child;
import dev.mpp.chaos.process.Children;
import dev.mpp.chaos.process.Console;
import dev.mpp.chaos.process.DatabaseServer;
import dev.mpp.chaos.process.Entrance;
import dev.mpp.chaos.process.Folder;
import dev.mpp.chaos.process.NodeProcess;
import dev.mpp.chaos.process.Operator;
import dev.mpp.chaos.process.Place;
import dev.mpp.chaos.process.ServerFiles;
import dev.mpp.chaos.process.Trouble;
import dev.mpp.chaos.process.World;
import dev.mpp.chaos.script.Stage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A deployment in a network of its own, made from nothing at each start. The thread that makes it
 * is moved into the clients' namespace for good, and so is what it starts. Thread-safe.
 */
final class Lab implements AutoCloseable {
  private final Folder folder;
  private final Console console;
  private final List<LabSite> sites;
  private final Network network;
  private final Family family;
  private final boolean failures;
  private final Map<LabSite, SmallDisk> disks = new ConcurrentHashMap<>();
  private final Map<LabSite, DatabaseServer> servers = new LinkedHashMap<>();
  private final Map<LabSite, NodeProcess> nodes = new LinkedHashMap<>();
  private final Map<LabSite, Operator> operators = new LinkedHashMap<>();
  private final Map<String, Child> running = new ConcurrentHashMap<>();
  private final List<World> targets = new CopyOnWriteArrayList<>();
  private volatile boolean closed;

  /** Which of the two processes of a site. */
  enum Part {
    MYSQL,
    NODE
  }

  /** What the node of a site is started with. */
  interface NodePrograms {
    NodeProcess.Program of(LabSite site);
  }

  /**
   * @param id from {@link Remains#claim}
   * @param server folder of the servers' binaries; empty: MariaDB that comes with MPP
   */
  Lab(
      Folder folder,
      Console console,
      String id,
      LabConfiguration configuration,
      Optional<Path> server,
      NodePrograms programs) {
    this.folder = folder;
    this.console = console;
    this.sites = configuration.sites();
    this.failures = configuration.failures();
    this.family = server.map(DatabaseServer::family).orElse(Family.MARIADB);
    Map<String, String> addresses = new LinkedHashMap<>();
    sites.forEach(site -> addresses.put(site.label(), site.address()));
    network = Network.build(id, addresses);
    try {
      network.namespace(Network.CLIENTS).enter();
      // Made before the sites are prepared side by side.
      List.of("app", "repl", "root", "mpp").forEach(folder::secret);
      Children children = new Children(folder.root().resolve("processes"));
      for (LabSite site : sites) {
        nodes.put(
            site,
            new NodeProcess(place(site), configuration.text(site), programs.of(site), children));
        operators.put(site, new Operator(place(site), children));
      }
      if (!configuration.standIns()) {
        Path own = ServerFiles.unpacked(folder.root(), console);
        for (LabSite site : data()) {
          servers.put(site, server(site, server.orElse(own), own, children));
        }
      }
    } catch (RuntimeException e) {
      network.close();
      throw e;
    }
  }

  private DatabaseServer server(LabSite site, Path binaries, Path own, Children children) {
    return DatabaseServer.of(
        folder,
        place(site),
        peer(site).address(),
        LabConfiguration.MYSQL,
        site.number(),
        binaries,
        own,
        children);
  }

  /** Everything from nothing; returns when the processes are there. */
  void up() {
    SmallDisk.unmountBelow(folder.root());
    targets.add(new World(List.of(Network.WORLD, Network.EDGE), world(), worldTcp()));
    together(
        data(),
        site -> {
          List<String> lan = List.of(Network.inside(site.address()));
          targets.add(place(site).entrance().inside(() -> new World(lan, world(), worldTcp())));
          Folder.wipe(place(site).folder());
          if (servers.containsKey(site)) {
            console.say(site.label() + ": initialising its server");
            server(site).prepare();
            if (failures) {
              disks.put(site, SmallDisk.around(place(site).folder().resolve("mysql")));
            }
            start(Part.MYSQL, site);
            if (failures) {
              server(site).letRootIn(folder.secret("root"));
            }
          }
        });
    sites.forEach(site -> node(site, true));
  }

  private static int world() {
    return LabConfiguration.WORLD_HTTP;
  }

  private static int worldTcp() {
    return LabConfiguration.WORLD_TCP;
  }

  /** Starts it unless it runs; a server is up when it answers. */
  void start(Part part, LabSite site) {
    if (runs(part, site)) {
      return;
    }
    switch (part) {
      case NODE -> node(site, false);
      case MYSQL -> keep(part, site, server(site).start(), server(site).log());
    }
  }

  private void node(LabSite site, boolean bootstrap) {
    NodeProcess node = Optional.ofNullable(nodes.get(site)).orElseThrow();
    keep(Part.NODE, site, node.start(bootstrap), node.log());
  }

  private void keep(Part part, LabSite site, Child child, Path log) {
    running.put(key(part, site), child);
    if (closed) {
      child.kill();
      throw new Trouble("the lab is being taken down", "");
    }
    child.onExit(
        () -> {
          if (!child.expected()) {
            console.say(
                "%s ended by itself (exit %d); the end of %s:%n%s"
                    .formatted(child.name(), child.exitCode(), log, Folder.tail(log, 6)));
          }
        });
  }

  private static String key(Part part, LabSite site) {
    return part + " " + site.label();
  }

  Optional<Child> child(Part part, LabSite site) {
    return Optional.ofNullable(running.get(key(part, site))).filter(Child::alive);
  }

  boolean runs(Part part, LabSite site) {
    return child(part, site).isPresent();
  }

  List<LabSite> sites() {
    return sites;
  }

  /** The sites with a server. */
  List<LabSite> data() {
    return sites.stream().filter(site -> !site.witness()).toList();
  }

  List<LabSite> witnesses() {
    return sites.stream().filter(LabSite::witness).toList();
  }

  /** The other site with a server. */
  LabSite peer(LabSite site) {
    return data().getFirst().equals(site) ? data().getLast() : data().getFirst();
  }

  LabSite named(String label) {
    return sites.stream().filter(site -> site.label().equals(label)).findFirst().orElseThrow();
  }

  Place place(LabSite site) {
    return new Place(
        site.label(),
        folder.root().resolve(site.label()),
        site.address(),
        network.namespace(site.label()));
  }

  Stage stage() {
    return stage(data().stream().map(this::place).toList());
  }

  /** The judge's way is that of the clients, for when no link is cut. */
  Stage stageFromOutside() {
    return stage(
        data().stream()
            .map(this::place)
            .map(p -> new Place(p.label(), p.folder(), p.address(), Entrance.HERE))
            .toList());
  }

  private Stage stage(List<Place> places) {
    return new Stage(
        LabConfiguration.SERVICE,
        places,
        LabConfiguration.MYSQL,
        LabConfiguration.DNS,
        folder.secret("app"),
        family);
  }

  /** Of the servers, as one of them says it; empty when it does not answer. */
  String version() {
    Place place = place(data().getFirst());
    Login login = Login.app(LabConfiguration.MYSQL, folder.secret("app"));
    return place
        .entrance()
        .inside(() -> new Look(place.address(), login, family).version().orElse(""));
  }

  Family family() {
    return family;
  }

  /** A session of root, by the way of the clients; in a lab for failures. */
  Administrator administrator(LabSite site) {
    return new Administrator(
        site.address(),
        new Login(LabConfiguration.MYSQL, "root", folder.secret("root"), 5_000, 60_000));
  }

  /** How the application logs in. */
  Login application() {
    return Login.app(LabConfiguration.MYSQL, folder.secret("app"));
  }

  String managerPassword() {
    return folder.secret("mpp");
  }

  /** Of the server's data; in a lab for failures. */
  SmallDisk disk(LabSite site) {
    return Optional.ofNullable(disks.get(site)).orElseThrow();
  }

  /** Runs statements as the administrator of one server. */
  String administer(LabSite site, String sql) {
    return server(site).administer(folder.secret("root"), sql, "statements");
  }

  /** Starts an {@code mpp} command at a site, which asks the node there. */
  Child order(LabSite at, List<String> arguments, Path log) {
    Child child = Optional.ofNullable(operators.get(at)).orElseThrow().start(arguments, log);
    running.put("order " + at.label(), child);
    return child;
  }

  /** What the node of a site logs, its journal with it. */
  Path nodeLog(LabSite site) {
    return Optional.ofNullable(nodes.get(site)).orElseThrow().log();
  }

  Network network() {
    return network;
  }

  Console console() {
    return console;
  }

  Path evidenceFolder() {
    return folder.root().resolve("evidence");
  }

  /** What the node of a site says, by the judge's way; empty when it does not answer. */
  Optional<Gauges> gauges(LabSite site) {
    return place(site).entrance().inside(() -> Gauges.read(site.address(), LabConfiguration.HTTP));
  }

  /** Logs and journals. */
  List<Path> logs() {
    return Stream.concat(
            servers.values().stream().map(DatabaseServer::log),
            nodes.values().stream()
                .map(NodeProcess::log)
                .flatMap(
                    log ->
                        Stream.of("node.log", "data/mpp.db", "data/mpp.db-wal")
                            .map(log::resolveSibling)))
        .filter(Files::exists)
        .toList();
  }

  private DatabaseServer server(LabSite site) {
    return Optional.ofNullable(servers.get(site)).orElseThrow();
  }

  /** Ends everything and removes the namespaces. May be called again. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    // Data is made anew at each start: nothing is worth waiting for.
    running.values().parallelStream().forEach(Child::kill);
    targets.forEach(World::close);
    disks.values().forEach(SmallDisk::close);
    network.close();
  }

  private static void together(List<LabSite> sites, Consumer<LabSite> step) {
    String names = sites.stream().map(LabSite::label).collect(Collectors.joining(", "));
    List<CompletableFuture<Void>> all =
        sites.stream()
            .map(
                site ->
                    CompletableFuture.runAsync(
                        () -> step.accept(site), task -> Thread.ofPlatform().daemon().start(task)))
            .toList();
    try {
      CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
          .orTimeout(Duration.ofMinutes(3).toSeconds(), java.util.concurrent.TimeUnit.SECONDS)
          .join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Trouble known) {
        throw known;
      }
      throw new Trouble("preparing " + names + " failed: " + e.getCause(), "");
    }
  }
}
