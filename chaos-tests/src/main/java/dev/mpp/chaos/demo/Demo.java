package dev.mpp.chaos.demo;

import dev.mpp.chaos.client.Family;
import dev.mpp.chaos.process.Child;
import dev.mpp.chaos.process.Children;
import dev.mpp.chaos.process.Console;
import dev.mpp.chaos.process.Folder;
import dev.mpp.chaos.process.Identity;
import dev.mpp.chaos.process.Leftovers;
import dev.mpp.chaos.process.Machine;
import dev.mpp.chaos.process.MariaDb;
import dev.mpp.chaos.process.NodeProcess;
import dev.mpp.chaos.process.Place;
import dev.mpp.chaos.process.ServerFiles;
import dev.mpp.chaos.process.Template;
import dev.mpp.chaos.process.Trouble;
import dev.mpp.chaos.process.World;
import dev.mpp.chaos.script.Stage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The running demo: who is up, and the means to break and mend it. Thread-safe; every method that
 * changes something waits until it is done.
 */
public final class Demo implements AutoCloseable {
  /** The world (external), the provider (edge) and each site's own LAN (internal). */
  static final List<String> WORLD = List.of("127.0.9.1", "127.0.9.2", "127.0.1.9", "127.0.2.9");

  private final Layout layout;
  private final Ports ports;
  private final Console console;
  private final FileLock lock;
  private final Path client;
  private final Map<Site, MariaDb> servers = new EnumMap<>(Site.class);
  private final Map<Site, NodeProcess> nodes = new EnumMap<>(Site.class);
  private final Map<Site, Child> mysqlUp = new EnumMap<>(Site.class);
  private final Map<Site, Child> nodeUp = new EnumMap<>(Site.class);
  private final Optional<World> world;
  private boolean closed;

  private Demo(Layout layout, Ports ports, Console console, FileLock lock, Children children) {
    this.layout = layout;
    this.ports = ports;
    this.console = console;
    this.lock = lock;
    // Made before the two sites are prepared side by side.
    List.of("app", "repl", "root", "mpp").forEach(layout::secret);
    Path server = ServerFiles.unpacked(layout.root(), console);
    Machine.runs(server, children);
    client = server.resolve("bin/mariadb");
    for (Site site : Site.values()) {
      nodes.put(site, node(site, children));
    }
    for (Site site : Site.withMySql()) {
      servers.put(site, server(site, server, children));
    }
    world = Optional.of(new World(WORLD, ports.worldHttp(), ports.worldTcp()));
  }

  private NodeProcess node(Site site, Children children) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("site", site.label());
    settings.put("exchange.port", ports.exchange());
    settings.put("ledger.port", ports.ledger());
    settings.put("operator.port", ports.operator());
    settings.put("http.port", ports.http());
    settings.put("dns.port", ports.dns());
    settings.put("mysql.port", ports.mysql());
    settings.put("world.http.port", ports.worldHttp());
    settings.put("world.tcp.port", ports.worldTcp());
    return new NodeProcess(
        layout.place(site),
        Template.fill("/demo/mpp.yml", settings),
        // Three of them share this machine: no time for the optimising compiler.
        NodeProcess.Program.node(List.of("-XX:TieredStopAtLevel=1", "-Xmx256m")),
        children);
  }

  private MariaDb server(Site site, Path server, Children children) {
    return new MariaDb(
        new Folder(layout.root()),
        layout.place(site),
        site.peer().address(),
        ports.mysql(),
        site.serverId(),
        server,
        children);
  }

  /** Checks the machine, prepares what is missing, and starts nothing yet. */
  static Demo prepare(Layout layout, Ports ports, Console console) {
    Machine.check();
    Preflight.folder(layout, !Files.exists(layout.bootstrapped()));
    FileLock lock = Preflight.lock(layout);
    for (String killed : Leftovers.clean(layout.processes())) {
      console.say("ended a process left over from an earlier demo: " + killed);
    }
    sameOffset(layout, ports);
    Preflight.ports(ports);
    try {
      Identity self = Identity.of(ProcessHandle.current().pid()).orElseThrow();
      Files.writeString(layout.supervisorPid(), self.format());
      Files.writeString(
          layout.operators(),
          Arrays.stream(Site.values())
              .map(s -> s.address() + ":" + ports.operator())
              .collect(Collectors.joining(",")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Demo(layout, ports, console, lock, new Children(layout.processes()));
  }

  /** Only what has been made binds: an attempt that came to nothing does not. */
  static void sameOffset(Layout layout, Ports ports) {
    try {
      String wanted = Integer.toString(ports.offset());
      if (!Files.exists(layout.offset()) || !layout.anythingMade()) {
        Files.writeString(layout.offset(), wanted);
      }
      String made = Files.readString(layout.offset()).strip();
      if (!made.equals(wanted)) {
        throw new Trouble(
            "the data in " + layout.root() + " was made with --port-offset " + made,
            "give the same one, or start afresh: ./mpp demo reset");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts everything: servers side by side, then the nodes. */
  void up() {
    together(
        Site.withMySql(),
        site -> {
          MariaDb server = server(site);
          if (!server.prepared()) {
            console.say(site.label() + ": initialising MariaDB (once)");
            server.prepare();
          }
          start(Part.MYSQL, site);
        });
    boolean bootstrap = !Files.exists(layout.bootstrapped());
    for (Site site : Site.values()) {
      startNode(site, bootstrap);
    }
  }

  /** The ledger exists from now on; later starts do not create it again. */
  public void confirmBootstrap() {
    try {
      if (!Files.exists(layout.bootstrapped())) {
        Files.createFile(layout.bootstrapped());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Which of the two processes of a site. */
  public enum Part {
    MYSQL,
    NODE
  }

  /** Starts it unless it runs; a server is up when it answers. */
  public void start(Part part, Site site) {
    synchronized (this) {
      if (child(part, site).filter(Child::alive).isPresent()) {
        return;
      }
    }
    if (part == Part.NODE) {
      startNode(site, false);
      return;
    }
    Child child = server(site).start();
    put(part, site, child);
    console.say(site.label() + ": MariaDB up at " + site.address() + ":" + ports.mysql());
    child.onExit(() -> ended(child, site, "MariaDB", server(site).log(), "mysql"));
  }

  private void startNode(Site site, boolean bootstrap) {
    NodeProcess node = node(site);
    Child child = node.start(bootstrap);
    put(Part.NODE, site, child);
    console.say(site.label() + ": mpp node started (pid " + child.pid() + ")");
    child.onExit(() -> ended(child, site, "mpp node", node.log(), "node"));
  }

  private void ended(Child child, Site site, String what, Path log, String part) {
    if (!child.expected()) {
      console.say(
          "%s: %s ended by itself (exit %d); the end of %s:%n%s%n  start it again: ./mpp demo start %s %s"
              .formatted(
                  site.label(),
                  what,
                  child.exitCode(),
                  log,
                  Folder.tail(log, 6).indent(4).stripTrailing(),
                  part,
                  site.label()));
    }
  }

  /** SIGKILL. Returns when the process is gone. */
  public void kill(Part part, Site site) {
    running(part, site).kill();
    console.say(site.label() + ": killed " + describe(part) + " (SIGKILL)");
  }

  /** SIGKILL to all of them as nearly at once as one thread can. */
  public void killAll() {
    List<Child> all;
    synchronized (this) {
      all = Stream.concat(mysqlUp.values().stream(), nodeUp.values().stream()).toList();
    }
    all.parallelStream().forEach(Child::kill);
    console.say("killed every process at once (SIGKILL)");
  }

  /** SIGSTOP. */
  public void freeze(Part part, Site site) {
    running(part, site).freeze();
    console.say(site.label() + ": froze " + describe(part) + " (SIGSTOP)");
  }

  /** SIGCONT. */
  public void thaw(Part part, Site site) {
    running(part, site).thaw();
    console.say(site.label() + ": thawed " + describe(part) + " (SIGCONT)");
  }

  private Child running(Part part, Site site) {
    if (part == Part.MYSQL && site == Site.WITNESS) {
      throw new Trouble("the witness has no MySQL server", "");
    }
    return child(part, site)
        .filter(Child::alive)
        .orElseThrow(
            () ->
                new Trouble(
                    describe(part) + " of " + site.label() + " does not run",
                    "start it: ./mpp demo start %s %s"
                        .formatted(part == Part.MYSQL ? "mysql" : "node", site.label())));
  }

  private static String describe(Part part) {
    return part == Part.MYSQL ? "MariaDB" : "mpp node";
  }

  /** Whether the process runs (a frozen one does). */
  public boolean runs(Part part, Site site) {
    return child(part, site).filter(Child::alive).isPresent();
  }

  /** Stopped by SIGSTOP. */
  boolean frozen(Part part, Site site) {
    return child(part, site).filter(Child::alive).filter(Child::frozen).isPresent();
  }

  Optional<Long> pid(Part part, Site site) {
    return child(part, site).filter(Child::alive).map(Child::pid);
  }

  /** Runs statements as the administrator of one server, over its own socket. */
  public String administer(Site site, String sql) {
    return server(site).administer(layout.secret("root"), sql, "statements");
  }

  /** Where clients find the service. */
  public Stage stage() {
    return new Stage(
        Narrator.SERVICE,
        Site.withMySql().stream().map(this::place).toList(),
        ports.mysql(),
        ports.dns(),
        appPassword(),
        Family.MARIADB);
  }

  public Place place(Site site) {
    return layout.place(site);
  }

  public String appPassword() {
    return layout.secret("app");
  }

  public int mysqlPort() {
    return ports.mysql();
  }

  public int dnsPort() {
    return ports.dns();
  }

  public Path evidenceFolder() {
    return layout.evidence();
  }

  public Console console() {
    return console;
  }

  /** The command line client that came with the server. */
  Path client() {
    return client;
  }

  Layout layout() {
    return layout;
  }

  /** The logs of all processes, for evidence. */
  public List<Path> logs() {
    List<Path> logs = new ArrayList<>();
    servers.values().forEach(server -> logs.add(server.log()));
    nodes.values().forEach(node -> logs.add(node.log()));
    return logs.stream().filter(Files::exists).toList();
  }

  private MariaDb server(Site site) {
    return Optional.ofNullable(servers.get(site))
        .orElseThrow(() -> new Trouble("the witness has no MySQL server", ""));
  }

  private NodeProcess node(Site site) {
    return Optional.ofNullable(nodes.get(site)).orElseThrow();
  }

  private synchronized Optional<Child> child(Part part, Site site) {
    return Optional.ofNullable((part == Part.MYSQL ? mysqlUp : nodeUp).get(site));
  }

  private synchronized void put(Part part, Site site, Child child) {
    (part == Part.MYSQL ? mysqlUp : nodeUp).put(site, child);
    if (closed) {
      child.kill();
      throw new Trouble("the demo is stopping", "");
    }
  }

  synchronized boolean closed() {
    return closed;
  }

  /** Ends everything in order: nodes, servers, the world. May be called again. */
  @Override
  public void close() {
    List<Child> nodesNow;
    List<Child> serversNow;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      nodesNow = List.copyOf(nodeUp.values());
      serversNow = List.copyOf(mysqlUp.values());
    }
    nodesNow.parallelStream().forEach(child -> child.stop(Duration.ofSeconds(6)));
    serversNow.parallelStream().forEach(child -> child.stop(Duration.ofSeconds(15)));
    world.ifPresent(World::close);
    try {
      Files.deleteIfExists(layout.supervisorPid());
      Folder.release(lock);
    } catch (IOException e) {
      console.say("while closing: " + e.getMessage());
    }
  }

  private interface Step {
    void run(Site site);
  }

  private static void together(List<Site> sites, Step step) {
    List<CompletableFuture<Void>> all =
        sites.stream()
            .map(
                site ->
                    CompletableFuture.runAsync(() -> step.run(site), Thread::startVirtualThread))
            .toList();
    try {
      all.forEach(CompletableFuture::join);
    } catch (CompletionException e) {
      if (e.getCause() instanceof Trouble known) {
        throw known;
      }
      throw e;
    }
  }
}
