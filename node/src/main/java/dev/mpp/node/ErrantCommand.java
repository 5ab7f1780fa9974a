package dev.mpp.node;

import dev.mpp.cli.Cli;
import dev.mpp.core.model.MariaDbGtidSet.Range;
import dev.mpp.node.ConfiguredServers.Server;
import dev.mpp.node.ConfiguredServers.Unusable;
import dev.mpp.node.mysql.BinlogReader;
import dev.mpp.node.mysql.Comparing;
import dev.mpp.node.mysql.ErrantFile;
import dev.mpp.node.mysql.ServerSession;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mpp errant}: what a server has and the ACTIVE one lacks. */
@Command(
    name = "errant",
    mixinStandardHelpOptions = true,
    description = {
      "Lists the transactions that a server has and the ACTIVE one does not, and where they are in"
          + " its binary log. With --out their statements are written to a file.",
      "It compares the two servers now, over SQL, with MPP's own account; it changes nothing and"
          + " needs no running MPP.",
    },
    footer = {
      "",
      "The ACTIVE server is the one that is writable. The file has the statements as the binary log"
          + " keeps them, and for each transaction the command that shows its rows. It may hold"
          + " data and passwords: only you can read it (mode 0600), and no existing file is"
          + " overwritten.",
      "",
      "Examples:",
      "  mpp errant 10.1.0.1:3306",
      "  mpp errant 10.1.0.1:3306 --out errant-10.1.0.1.sql",
      "",
      "Exit status: 0 there are none, 1 there are, or they could not be read, 2 wrong usage, 3 a"
          + " server cannot be reached.",
    })
final class ErrantCommand implements Callable<Integer> {
  private final Cli cli;

  @Parameters(paramLabel = "NODE", description = "HOST:PORT as in mpp.yml.")
  private String node = "";

  @Option(names = "--out", paramLabel = "FILE", description = "Write them to this new file.")
  private @Nullable Path out;

  @Mixin private ConfiguredServers servers = new ConfiguredServers();

  ErrantCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() {
    try {
      return list(servers.one(node, cli.terminal().err()));
    } catch (Unusable e) {
      cli.terminal().err().println("mpp errant: " + e.getMessage());
      return Cli.USAGE;
    }
  }

  private int list(Server server) {
    PrintWriter err = cli.terminal().err();
    try (ServerSession session =
            ServerSession.open(server.address(), server.manager(), servers.timeout());
        ServerSession active = ActiveServer.find(server, servers.timeout())) {
      try {
        Comparing compared = Comparing.of(session, active);
        print(cli, server, active, compared);
        if (compared.lacking().isEmpty()) {
          return 0;
        }
        write(cli, session, active, compared, Optional.ofNullable(out));
        return Cli.REFUSED;
      } catch (FileAlreadyExistsException e) {
        err.println("mpp errant: " + e.getMessage() + " exists; name another file");
        return Cli.REFUSED;
      } catch (IOException | UncheckedIOException e) {
        err.println("mpp errant: " + e.getMessage());
        return Cli.REFUSED;
      }
    } catch (IOException | UncheckedIOException e) {
      err.println("mpp errant: " + e.getMessage());
      return Cli.UNREACHABLE;
    } finally {
      cli.terminal().out().flush();
    }
  }

  static void print(Cli cli, Server server, ServerSession active, Comparing compared) {
    PrintWriter out = cli.terminal().out();
    if (compared.lacking().isEmpty()) {
      out.println(
          "%s has no transaction that ACTIVE %s lacks (%s)"
              .formatted(server.address(), active.address(), compared.has()));
      return;
    }
    out.println(
        "%s has transactions that ACTIVE %s lacks:".formatted(server.address(), active.address()));
    for (Range r : compared.lacking()) {
      out.println("  " + r);
    }
  }

  /** Prints where they are, and writes them where they are wanted. */
  static void write(
      Cli cli, ServerSession session, ServerSession active, Comparing compared, Optional<Path> file)
      throws IOException {
    PrintWriter out = cli.terminal().out();
    Consumer<BinlogReader.Transaction> line =
        t ->
            out.printf(
                "  %-24s %s:%d, %d statement%s%n",
                t.gtid(),
                t.file(),
                t.position(),
                t.statements().size(),
                t.statements().size() == 1 ? "" : "s");
    List<Range> lacking = compared.lacking();
    BinlogReader reader = new BinlogReader(session);
    Optional<String> begins;
    if (file.isEmpty()) {
      begins = reader.read(lacking, line);
    } else {
      try (ErrantFile target =
          ErrantFile.create(file.get(), session.address(), active.address(), lacking)) {
        begins = reader.read(lacking, line.andThen(target::write));
        target.incomplete(begins);
        out.printf("%d written to %s%n", target.written(), file.get());
      }
    }
    begins.ifPresent(
        b ->
            out.println(
                "the binary log begins with "
                    + b
                    + ": what is older was purged and is not listed"));
  }
}
