package dev.mpp.cli;

import dev.mpp.proto.v1.JournalEntry;
import dev.mpp.proto.v1.JournalPage;
import dev.mpp.proto.v1.JournalRequest;
import io.grpc.StatusRuntimeException;
import java.util.Iterator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "journal",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "[COMMAND]",
    description = {
      "Prints the journal of a node, oldest entry first: every decision with its reason.",
      "Without --since and --after the newest ones.",
    },
    footer = {
      "",
      "(by NAME) at the end: an operator ordered it; without it the node acted by itself.",
      "Every node has a journal of its own: ask the one whose decisions you want (--node).",
      "",
      "Examples:",
      "  mpp journal -n 100",
      "  mpp journal --since 10m --service mysql.eraser.com",
      "  mpp journal --since 2026-11-21T10:00 --kind promotion",
      "  mpp journal --follow",
      "  mpp journal --json -n 1000 | jq 'select(.kind == \"operator\")'",
      "  mpp journal verify",
      "",
      "Exit status: 0 printed, 1 refused, 2 wrong usage, 3 no node can be reached.",
    })
final class JournalCommand implements Runnable {
  private static final int DEFAULT_LINES = 20;
  private static final int PAGE = 1_000;
  private static final long RETRY_MILLIS = 1_000;

  private final Cli cli;

  @Option(
      names = {"-n", "--lines"},
      paramLabel = "COUNT",
      description =
          "How many at most (default: 20; with --since all). With --follow: before the new ones.")
  private @Nullable Integer lines;

  @Option(
      names = "--after",
      paramLabel = "SEQUENCE",
      defaultValue = "-1",
      description = "Start behind this entry.")
  private long after = -1;

  @Option(
      names = "--since",
      paramLabel = "WHEN",
      description =
          "Start there: 10m ago (also s, h, d), at 2026-11-21T10:00 (your time zone, or with Z or an"
              + " offset), or with the entry of that sequence.")
  private @Nullable String since;

  @Option(names = "--service", paramLabel = "NAME", description = "Of this service only.")
  private String service = "";

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      description =
          "Of this kind only: state, pool, fence, promotion, claim, release, switchover, ledger, member,"
              + " in-sync, follow, guard, operator, rejected, certificate, twin, override.")
  private String kind = "";

  @Option(
      names = {"-f", "--follow"},
      description =
          "Go on with every new entry until Ctrl-C. A node that is lost is tried again every second;"
              + " no entry is left out or printed twice.")
  private boolean follow;

  @Option(
      names = "--json",
      description =
          "Print one JSON object a line: sequence, at_ms, service, kind, subject, epoch, text, user,"
              + " hash.")
  private boolean json;

  /** Every entry up to this one was printed, or did not match; -1 before the first page. */
  private long through = -1;

  private boolean lost;

  JournalCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    if (lines != null) {
      Cli.positive("--lines", lines);
    }
    if (since != null && after >= 0) {
      throw CliFailure.usage("--since and --after exclude each other");
    }
    JournalRequest first = request();
    if (follow) {
      follow(first);
    } else {
      print(first);
    }
  }

  private JournalRequest request() {
    JournalRequest.Builder b = JournalRequest.newBuilder().setService(service).setKind(kind);
    if (since != null) {
      return Since.parse(since, cli.terminal().zone()).in(b).build();
    }
    return after >= 0 ? b.setAfter(after).build() : b.setNewest(true).build();
  }

  // ---- once ---------------------------------------------------------------------------------

  private void print(JournalRequest first) {
    long left = lines != null ? lines : since != null ? Long.MAX_VALUE : DEFAULT_LINES;
    JournalRequest request = first;
    Nodes nodes = cli.nodes();
    boolean any = false;
    while (left > 0) {
      JournalRequest next = request.toBuilder().setMax((int) Math.min(left, PAGE)).build();
      JournalPage page = nodes.ask(stub -> stub.journal(next));
      page.getEntriesList().forEach(this::print);
      left -= page.getEntriesCount();
      any |= page.getEntriesCount() > 0;
      if (next.getNewest() || page.getEntriesCount() < next.getMax()) {
        if (!any && !kind.isEmpty()) {
          kinds(nodes.answered());
        }
        return;
      }
      // Sequences are one node's: the one that answered goes on.
      nodes = nodes.answered();
      request = request.toBuilder().setAfter(page.getThrough()).build();
    }
  }

  /** A kind that was misspelt must not look like a night in which nothing happened. */
  private void kinds(Nodes nodes) {
    JournalRequest newest = JournalRequest.newBuilder().setNewest(true).setMax(PAGE).build();
    String seen =
        nodes.ask(stub -> stub.journal(newest)).getEntriesList().stream()
            .map(JournalEntry::getKind)
            .distinct()
            .sorted()
            .collect(Collectors.joining(", "));
    cli.terminal()
        .err()
        .printf(
            "mpp: no entry of kind %s; kinds among the newest %d entries: %s%n",
            Text.clean(kind), PAGE, Text.clean(seen));
  }

  private void print(JournalEntry e) {
    cli.terminal()
        .out()
        .println(json ? Json.line(Json.of(e)) : WatchLines.entry(e, cli.terminal(), true));
  }

  // ---- and on -------------------------------------------------------------------------------

  private void follow(JournalRequest first) {
    JournalRequest request =
        first.toBuilder().setMax(lines != null ? Math.min(lines, PAGE) : DEFAULT_LINES).build();
    Nodes nodes = cli.nodes();
    while (true) {
      try {
        JournalRequest next = request;
        boolean unused = nodes.on(stub -> pages(stub.followJournal(next)));
      } catch (CliFailure e) {
        if (e.exitCode() != Cli.UNREACHABLE || through < 0) {
          throw e;
        }
        lost(String.valueOf(e.getMessage()));
      }
      if (through >= 0) {
        // Sequences are one node's: the same one goes on.
        nodes = nodes.answered();
        request =
            JournalRequest.newBuilder()
                .setService(service)
                .setKind(kind)
                .setMax(PAGE)
                .setAfter(through)
                .build();
      }
      pause();
    }
  }

  /** Said once until it answers again. */
  private void lost(String why) {
    if (!lost) {
      lost = true;
      cli.terminal().err().println("mpp: " + why + "; trying again every second");
    }
  }

  /** Prints until the stream ends; once begun it is not begun with another node. */
  private boolean pages(Iterator<JournalPage> pages) {
    try {
      while (pages.hasNext()) {
        lost = false;
        page(pages.next());
      }
    } catch (StatusRuntimeException e) {
      if (through < 0) {
        throw e;
      }
    }
    return true;
  }

  private void page(JournalPage page) {
    if (page.getHead().getSequence() < through) {
      throw CliFailure.refused(
          "the journal of "
              + Text.clean(page.getSite())
              + " ends with #"
              + page.getHead().getSequence()
              + " now, and #"
              + through
              + " was there: its data directory is new, or entries were cut off (mpp journal"
              + " verify)");
    }
    page.getEntriesList().forEach(this::print);
    cli.terminal().out().flush();
    through = page.getThrough();
  }

  private static void pause() {
    try {
      Thread.sleep(RETRY_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CliFailure.refused("interrupted");
    }
  }
}
