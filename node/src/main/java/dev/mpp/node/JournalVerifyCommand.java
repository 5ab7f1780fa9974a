package dev.mpp.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mpp.cli.Cli;
import dev.mpp.core.journal.JournalHead;
import dev.mpp.core.journal.JournalReport;
import dev.mpp.core.journal.JournalReport.Fault;
import dev.mpp.core.journal.JournalReport.Kind;
import dev.mpp.core.journal.Testimony;
import dev.mpp.node.store.NodeStore;
import dev.mpp.node.store.StoreException;
import dev.mpp.node.wire.ViewCodec;
import dev.mpp.proto.v1.JournalFault;
import dev.mpp.proto.v1.VerifyJournalReply;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code mpp journal verify}: by the node that keeps it, or a file by this process. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Checks that no journal entry was changed, taken out or cut off, and names the first one that"
          + " was.",
      "The asked node checks its own journal, also against what other sites heard of its end; --file"
          + " checks a file (mpp.db in a data-dir, or a copy) without a node and changes nothing.",
    },
    footer = {
      "",
      "Every entry has a hash over itself and the hash before it; the head is the last one. Whoever may"
          + " write the file may also make a new chain: keep the head elsewhere now and then (mpp status"
          + " --json has every site's), and give it back with --head. docs/operations.md says how to"
          + " verify without MPP.",
      "CHANGED: an entry does not fit. MISSING: a hole. TRUNCATED: the end is gone. ADDED: entries that"
          + " MPP did not write. REWRITTEN: whole in itself, but not the one that was seen before.",
      "",
      "Examples:",
      "  mpp journal verify",
      "  mpp journal verify --file /var/lib/mpp/mpp.db",
      "  mpp journal verify --head 1520:9f3a...",
      "",
      "Exit status: 0 whole, 1 not whole, or refused, 2 wrong usage, 3 no node can be reached.",
    })
final class JournalVerifyCommand implements Callable<Integer> {
  private final Cli cli;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--file", paramLabel = "FILE", description = "Check this file instead.")
  private @Nullable Path file;

  @Option(
      names = "--head",
      paramLabel = "SEQUENCE:HASH",
      description = "A head that was kept; may be given several times.")
  private List<String> heads = new ArrayList<>();

  @Option(names = "--json", description = "Print one JSON object instead.")
  private boolean json;

  JournalVerifyCommand(Cli cli) {
    this.cli = cli;
  }

  private record Found(String whose, JournalReport report, List<String> seen) {}

  @Override
  public Integer call() {
    List<JournalHead> known = heads.stream().map(this::head).toList();
    Found found;
    if (file == null) {
      found = asked(known);
    } else {
      try {
        found = read(file, known);
      } catch (StoreException e) {
        cli.terminal().err().println("mpp: " + e.getMessage());
        return Cli.REFUSED;
      }
    }
    PrintWriter out = cli.terminal().out();
    if (json) {
      out.println(json(found));
    } else {
      print(out, found);
    }
    out.flush();
    return found.report().whole() ? 0 : Cli.REFUSED;
  }

  private JournalHead head(String text) {
    try {
      return JournalHead.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--head " + e.getMessage(), e);
    }
  }

  private static Found read(Path file, List<JournalHead> known) throws StoreException {
    List<Testimony> kept =
        known.stream().map(head -> new Testimony("was kept elsewhere", head)).toList();
    return new Found(file.toString(), NodeStore.verify(file, kept), List.of());
  }

  private Found asked(List<JournalHead> known) {
    VerifyJournalReply r = cli.verifyJournal(known.stream().map(ViewCodec::encode).toList());
    List<Fault> faults = r.getFaultsList().stream().map(JournalVerifyCommand::fault).toList();
    JournalReport report =
        new JournalReport(
            r.getChecked(),
            ViewCodec.decode(r.getHead()),
            r.getBegun(),
            r.getBase(),
            faults,
            r.getMore());
    return new Found(r.getSite(), report, r.getSeenList());
  }

  private static Fault fault(JournalFault f) {
    Kind kind =
        switch (f.getKind()) {
          case JOURNAL_FAULT_KIND_MISSING -> Kind.MISSING;
          case JOURNAL_FAULT_KIND_TRUNCATED -> Kind.TRUNCATED;
          case JOURNAL_FAULT_KIND_ADDED -> Kind.ADDED;
          case JOURNAL_FAULT_KIND_REWRITTEN -> Kind.REWRITTEN;
          case JOURNAL_FAULT_KIND_CHANGED, JOURNAL_FAULT_KIND_UNSPECIFIED, UNRECOGNIZED ->
              Kind.CHANGED;
        };
    return new Fault(kind, f.getSequence(), f.getText());
  }

  private static void print(PrintWriter out, Found found) {
    JournalReport r = found.report();
    out.println(
        found.whose()
            + ": the journal is "
            + (r.whole() ? "whole" : "NOT whole")
            + ", "
            + r.checked()
            + " entries checked");
    r.faults().forEach(f -> out.println("  " + f.kind() + "  " + f.text()));
    if (r.more() > 0) {
      out.println("  and " + r.more() + " more");
    }
    out.println("head " + r.head());
    if (r.base() > 0) {
      out.println("entries up to #" + r.base() + " were pruned");
    }
    if (r.begun() > r.base()) {
      out.println(
          "entries up to #"
              + r.begun()
              + " were there before the chain was begun: nothing speaks for what was done to them"
              + " before");
    }
    if (!found.seen().isEmpty()) {
      out.println("compared with what other sites saw: " + String.join(", ", found.seen()));
    }
  }

  private static String json(Found found) {
    ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    JournalReport r = found.report();
    ObjectNode o = mapper.createObjectNode();
    o.put("journal", found.whose());
    o.put("whole", r.whole());
    o.put("checked", r.checked());
    ObjectNode head = o.putObject("head");
    head.put("sequence", r.head().sequence());
    head.put("hash", r.head().hash());
    o.put("chained_behind", r.begun());
    o.put("pruned_through", r.base());
    ArrayNode faults = o.putArray("faults");
    for (Fault f : r.faults()) {
      ObjectNode each = faults.addObject();
      each.put("kind", f.kind().name());
      each.put("sequence", f.sequence());
      each.put("text", f.text());
    }
    o.put("more_faults", r.more());
    ArrayNode seen = o.putArray("seen_by_others");
    found.seen().forEach(seen::add);
    try {
      return mapper.writeValueAsString(o);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
