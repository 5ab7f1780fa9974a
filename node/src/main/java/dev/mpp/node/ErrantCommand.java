package dev.mpp.node;

import dev.mpp.cli.Cli;
import dev.mpp.node.ConfiguredServers.Server;
import dev.mpp.node.ConfiguredServers.Unusable;
import dev.mpp.node.mysql.BinlogReader;
import dev.mpp.node.mysql.Comparing;
import dev.mpp.node.mysql.Credentials;
import dev.mpp.node.mysql.DecodedRows;
import dev.mpp.node.mysql.ErrantFile;
import dev.mpp.node.mysql.Lacking;
import dev.mpp.node.mysql.ServerSession;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
          + " needs no running MPP. MySQL shows its binary log to accounts with REPLICATION SLAVE"
          + " only, which MPP's is not: give one with --admin to see more than the GTIDs.",
    },
    footer = {
      "",
      "The ACTIVE server is the one that is writable. The file has the statements as the binary log"
          + " keeps them, and for each transaction the command that shows its rows. It may hold"
          + " data and passwords: only you can read it (mode 0600), and no existing file is"
          + " overwritten. On MySQL, with --admin and mysqlbinlog, it has the rows as well.",
      "",
      "Examples:",
      "  mpp errant 10.1.0.1:3306",
      "  mpp errant 10.1.0.1:3306 --out errant-10.1.0.1.sql",
      "  mpp errant 10.1.0.1:3306 --out errant.sql --admin root --admin-password-file /root/.root",
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
  @Mixin private Administrator administrator = new Administrator();
  @Mixin private BinlogTool tool = new BinlogTool();

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
    try {
      Credentials account =
          administrator.given()
              ? administrator.credentials("root", cli.terminal()).with(server.encryption())
              : server.manager();
      try (ServerSession session =
              ServerSession.open(server.address(), account, servers.timeout());
          ServerSession active = ActiveServer.find(server, servers.timeout())) {
        return list(server, session, active, account);
      }
    } catch (IOException | UncheckedIOException e) {
      err.println("mpp errant: " + e.getMessage());
      return Cli.UNREACHABLE;
    } finally {
      cli.terminal().out().flush();
    }
  }

  private int list(
      Server server, ServerSession session, ServerSession active, Credentials account) {
    PrintWriter err = cli.terminal().err();
    try {
      Comparing compared = Comparing.of(session, active);
      print(cli, server, active, compared);
      if (compared.lacking().isEmpty()) {
        return 0;
      }
      Optional<DecodedRows> rows =
          administrator.given() && out != null && !session.mariaDb()
              ? tool.find(err)
              : Optional.empty();
      write(cli, session, active, compared, Optional.ofNullable(out), rows, account);
    } catch (FileAlreadyExistsException e) {
      err.println("mpp errant: " + e.getMessage() + " exists; name another file");
    } catch (IOException | UncheckedIOException e) {
      err.println("mpp errant: " + e.getMessage());
    }
    return Cli.REFUSED;
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
    compared.lacking().items().forEach(r -> out.println("  " + r));
  }

  /**
   * Prints where they are, and writes them where they are wanted.
   *
   * @param account of the session
   */
  static void write(
      Cli cli,
      ServerSession session,
      ServerSession active,
      Comparing compared,
      Optional<Path> file,
      Optional<DecodedRows> rows,
      Credentials account)
      throws IOException {
    PrintWriter out = cli.terminal().out();
    List<String> files = new ArrayList<>();
    Consumer<BinlogReader.Transaction> line =
        t -> {
          files.add(t.file());
          out.printf(
              "  %-24s %s:%d, %d statement%s%n",
              t.gtid(),
              t.file(),
              t.position(),
              t.statements().size(),
              t.statements().size() == 1 ? "" : "s");
        };
    Lacking lacking = compared.lacking();
    BinlogReader reader = new BinlogReader(session);
    Optional<String> begins;
    if (file.isEmpty()) {
      begins = reader.read(lacking, line);
    } else {
      // Outside of the cleaning up: a file that was there before is not touched.
      ErrantFile target =
          ErrantFile.create(file.get(), session.address(), active.address(), lacking);
      boolean whole = false;
      try (target) {
        begins = reader.read(lacking, line.andThen(target::write));
        target.incomplete(begins);
        if (rows.isPresent() && !files.isEmpty()) {
          target.append(rows.get().of(session.address(), account, lacking, files.getFirst()));
          out.println("rows decoded by " + rows.get().tool());
        }
        whole = true;
      } finally {
        if (!whole) {
          Files.deleteIfExists(file.get());
        }
      }
      out.printf("%d written to %s%n", target.written(), file.get());
    }
    begins.ifPresent(
        b ->
            out.println(
                "the binary log begins with "
                    + b
                    + ": what is older was purged and is not listed"));
  }
}
