package dev.mpp.node;

import dev.mpp.cli.Cli;
import dev.mpp.node.ConfiguredServers.Server;
import dev.mpp.node.ConfiguredServers.Unusable;
import dev.mpp.node.mysql.Comparing;
import dev.mpp.node.mysql.Credentials;
import dev.mpp.node.mysql.MariaDbRebuild;
import dev.mpp.node.mysql.ReplicaSetup;
import dev.mpp.node.mysql.ReplicationAccount;
import dev.mpp.node.mysql.ServerSession;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mpp rejoin}: brings a former ACTIVE, or a rebuilt server, back to following. */
@Command(
    name = "rejoin",
    mixinStandardHelpOptions = true,
    description = {
      "Brings a read-only server back to following the ACTIVE one. It compares the two first.",
      "Without errant transactions: it configures replication where that is missing, and waits"
          + " until MPP has started it. With errant ones it is refused; with --discard-errant they"
          + " are written to a file, and",
      "- MySQL: the server gets the data of the ACTIVE, or of --donor, with CLONE, and follows. MPP"
          + " of its site holds it meanwhile and has the GTIDs that are given up in its journal;",
      "- MariaDB: the commands that give the server the data of the ACTIVE are printed, for you to"
          + " run. Then run mpp rejoin again.",
    },
    footer = {
      "",
      "It makes no server writable and merges nothing. A server whose transactions are all on the"
          + " ACTIVE needs no command: MPP starts its replication and takes it back after the"
          + " hold-down.",
      "",
      "CLONE needs the clone plugin on both servers, and --admin: an account that both have, with"
          + " CLONE_ADMIN and REPLICATION SLAVE here and BACKUP_ADMIN there. The server's own data"
          + " and accounts are replaced by the donor's. It restarts by itself under systemd;"
          + " otherwise you are told to start it.",
      "",
      "Examples:",
      "  mpp rejoin 10.1.0.1:3306",
      "  mpp rejoin 10.1.0.1:3306 --discard-errant --out errant-10.1.0.1.sql",
      "  mpp rejoin 10.1.0.1:3306 --discard-errant --out errant.sql --admin root"
          + " --admin-password-file /root/.root --donor 10.2.0.2:3306",
      "  mpp rejoin 10.1.0.1:3306 --replication-user repl --replication-password-file /root/.repl",
      "",
      "Exit status: 0 it follows, 1 it does not (yet), or refused, 2 wrong usage, 3 a server cannot"
          + " be reached.",
    })
final class RejoinCommand implements Callable<Integer> {
  private static final Duration LOOK = Duration.ofMillis(250);

  private final Cli cli;

  @Parameters(paramLabel = "NODE", description = "HOST:PORT as in mpp.yml.")
  private String node = "";

  @Option(
      names = "--discard-errant",
      description = "Give the errant transactions up; asks you to type the node.")
  private boolean discard;

  @Option(names = "--yes", description = "Do not ask; for scripts.")
  private boolean yes;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where the errant transactions are written; required with --discard-errant.")
  private @Nullable Path out;

  @Option(
      names = "--replication-user",
      paramLabel = "USER",
      description =
          "The account to replicate with, where none is configured (MySQL, after a CLONE: where the"
              + " donor has none). Under replication: managed it is in mpp.yml.")
  private String user = "";

  @Option(
      names = "--replication-password-file",
      paramLabel = "FILE",
      description = "Its password is the first line of this file.")
  private @Nullable Path passwordFile;

  @Option(
      names = "--no-replication-tls",
      description = "Replicate, and CLONE, in plain text, where replication is configured now.")
  private boolean plain;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "How long to wait until it follows (default: ${DEFAULT-VALUE}).")
  private int wait = 60;

  @Mixin private ConfiguredServers servers = new ConfiguredServers();
  @Mixin private Administrator administrator = new Administrator();
  @Mixin private BinlogTool tool = new BinlogTool();
  @Mixin private Donor donor = new Donor();

  RejoinCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() {
    PrintWriter err = cli.terminal().err();
    Server server;
    try {
      server = servers.one(node, err);
      if (discard && out == null) {
        throw new Unusable("--discard-errant needs --out FILE: nothing is given up without a copy");
      }
      if (!user.isEmpty() && passwordFile == null) {
        throw new Unusable("--replication-user needs --replication-password-file FILE");
      }
    } catch (Unusable e) {
      err.println("mpp rejoin: " + e.getMessage());
      return Cli.USAGE;
    }
    try (ServerSession session =
            ServerSession.open(server.address(), server.manager(), servers.timeout());
        ServerSession active = ActiveServer.find(server, servers.timeout())) {
      return rejoin(server, session, active);
    } catch (IOException | UncheckedIOException e) {
      err.println("mpp rejoin: " + e.getMessage());
      return Cli.UNREACHABLE;
    } finally {
      cli.terminal().out().flush();
    }
  }

  private int rejoin(Server server, ServerSession session, ServerSession active) {
    try {
      Comparing compared = Comparing.of(session, active);
      if (!compared.readOnly()) {
        return refused(server.address() + " is writable; MPP fences it, or it is the ACTIVE");
      }
      ErrantCommand.print(cli, server, active, compared);
      return compared.lacking().isEmpty()
          ? follow(server, session, active, false)
          : diverged(server, session, active, compared);
    } catch (FileAlreadyExistsException e) {
      return refused(e.getMessage() + " exists; name another file");
    } catch (IOException | UncheckedIOException e) {
      return refused(String.valueOf(e.getMessage()));
    }
  }

  private int refused(String why) {
    cli.terminal().err().println("mpp rejoin: " + why);
    return Cli.REFUSED;
  }

  private int diverged(
      Server server, ServerSession session, ServerSession active, Comparing compared)
      throws IOException {
    if (!discard) {
      return refused(
          "refused: look at them (mpp errant "
              + server.address()
              + " --out FILE), then add --discard-errant to give them up");
    }
    if (!session.mariaDb() && !administrator.given()) {
      return refused(
          "MySQL: --discard-errant needs --admin USER, which both servers have, with CLONE_ADMIN,"
              + " REPLICATION SLAVE and BACKUP_ADMIN");
    }
    if (session.mariaDb()) {
      if (!yes && !confirmed(server)) {
        return refused("not confirmed; nothing was done");
      }
      ErrantCommand.write(
          cli,
          session,
          active,
          compared,
          Optional.ofNullable(out),
          Optional.empty(),
          server.manager());
      return steps(server, active);
    }
    return rebuilt(server, session, active, compared);
  }

  private int steps(Server server, ServerSession active) {
    PrintWriter to = cli.terminal().out();
    to.println();
    to.printf(
        "%s stays fenced and follows nobody. To give it the data of ACTIVE %s:%n",
        server.address(), active.address());
    int number = 1;
    for (MariaDbRebuild.Step step :
        MariaDbRebuild.steps(server.address(), active.address(), user)) {
      to.printf("%d. %s:%n", number++, step.title());
      step.commands().forEach(c -> to.println("     " + c));
    }
    return Cli.REFUSED;
  }

  private int rebuilt(
      Server server, ServerSession session, ServerSession active, Comparing compared)
      throws IOException {
    Credentials account =
        administrator.credentials("root", cli.terminal()).with(server.encryption());
    Donor.Copy copy = donor.plan(server, active, account, servers.timeout(), !plain);
    try (copy) {
      if (!yes && !confirmed(server)) {
        return refused("not confirmed; nothing was done");
      }
      ErrantCommand.write(
          cli,
          copy.server(),
          active,
          compared,
          Optional.ofNullable(out),
          tool.find(cli.terminal().err()),
          account);
      session.close();
      copy.journal(cli, compared.lacking());
      try (ServerSession rebuilt = copy.run(cli, server, servers.timeout())) {
        clean(rebuilt, active, "the copy did not come about; look at its error log");
        int status = follow(server, rebuilt, active, true);
        // MPP may have started it when it followed whom the donor does.
        clean(rebuilt, active, "it followed another server: run this again");
        if (status == 0) {
          cli.release(server.address().toString(), "rebuilt by CLONE");
        }
        return status;
      }
    }
  }

  private static void clean(ServerSession rebuilt, ServerSession active, String otherwise)
      throws IOException {
    Comparing now = Comparing.of(rebuilt, active);
    if (!now.lacking().isEmpty()) {
      throw new IOException(
          "%s has %s, which ACTIVE %s lacks: %s"
              .formatted(
                  rebuilt.address(),
                  String.join(", ", now.lacking().items()),
                  active.address(),
                  otherwise));
    }
  }

  private boolean confirmed(Server server) throws IOException {
    cli.terminal()
        .out()
        .print("These transactions will be lost to the service. Type the node to go on: ");
    cli.terminal().out().flush();
    String line = cli.terminal().in().readLine();
    return line != null && line.strip().equals(server.address().toString());
  }

  /**
   * @param copied its configuration of replication is the donor's, who follows somebody else
   */
  private int follow(Server server, ServerSession session, ServerSession active, boolean copied)
      throws IOException {
    if (ReplicaSetup.completeState(session, active)) {
      cli.terminal().out().println("it was made from a copy: its GTID state is completed");
    }
    ReplicaSetup.Shown shown = ReplicaSetup.read(session);
    if (!shown.follows(active.address()) && !wired(server, shown)) {
      boolean known = copied && !shown.account().isEmpty();
      Optional<ReplicationAccount> own = server.replication();
      if (user.isEmpty() && !known && own.isEmpty()) {
        return refused(
            (shown.source().isEmpty()
                    ? "no replication source is configured"
                    : "it is configured to follow " + shown.source())
                + (shown.source().isEmpty() || shown.byGtid() ? "" : ", not by GTID")
                + "; give --replication-user and --replication-password-file");
      }
      ReplicaSetup.follow(
          session,
          active.address(),
          user.isEmpty()
              ? own.map(ReplicationAccount::credentials)
              : Optional.of(new Credentials(user, this::password)),
          user.isEmpty() ? own.map(ReplicationAccount::tls).orElse(!plain) : !plain);
      cli.terminal().out().println("configured to follow " + active.address());
    }
    return await(session, active);
  }

  /** Under replication: managed it may follow another server of its site. */
  private static boolean wired(Server server, ReplicaSetup.Shown shown) {
    return server.replication().isPresent()
        && shown.running()
        && shown.byGtid()
        && server.others().stream().anyMatch(o -> o.toString().equals(shown.source()));
  }

  private String password() {
    try {
      return passwordFile == null
          ? ""
          : Files.readString(passwordFile).lines().findFirst().orElse("");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** MPP starts it: only MPP knows whether the other site counts on what it has received. */
  private int await(ServerSession session, ServerSession active) throws IOException {
    long end = System.nanoTime() + Duration.ofSeconds(wait).toNanos();
    ReplicaSetup.Shown shown = ReplicaSetup.read(session);
    while (!shown.running() && System.nanoTime() < end) {
      LockSupport.parkNanos(LOOK.toNanos());
      shown = ReplicaSetup.read(session);
    }
    if (shown.running()) {
      cli.terminal()
          .out()
          .printf(
              "%s follows %s. A failed node is taken back after the hold-down, or at once with: mpp"
                  + " recover %s%n",
              session.address(), active.address(), session.address());
      return 0;
    }
    return refused(
        "%s does not follow after %d s%s; MPP of its site starts it: is it running, and is the service not paused?"
            .formatted(
                session.address(), wait, shown.problem().isEmpty() ? "" : ": " + shown.problem()));
  }
}
