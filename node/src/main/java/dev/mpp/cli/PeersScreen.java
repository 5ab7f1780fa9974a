package dev.mpp.cli;

import dev.mpp.proto.v1.LinkView;
import dev.mpp.proto.v1.Replica;
import dev.mpp.proto.v1.SiteView;
import dev.mpp.proto.v1.StatusReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The matrix as text: 80 columns for five members with names of ten letters; up to five with
 * round-trip time and age in each cell, above that with one of them.
 */
final class PeersScreen {
  private static final int ROOMY = 5;
  private static final int WIDE_CELL = 11;
  private static final int NARROW_CELL = 8;
  private static final int COLUMNS = 80;

  private final StatusReply reply;
  private final Terminal terminal;
  private final Paint paint;
  private final List<PeerMatrix.Row> rows;
  private final List<String> findings;
  private final StringBuilder out = new StringBuilder();
  private final boolean roomy;
  private final int cell;
  private final boolean numbered;
  private final int names;

  private PeersScreen(StatusReply reply, Terminal terminal) {
    PeerMatrix matrix = PeerMatrix.of(reply);
    this.reply = reply;
    this.terminal = terminal;
    this.paint = new Paint(terminal.colour());
    this.rows = matrix.rows();
    this.findings = matrix.findings();
    this.roomy = rows.size() <= ROOMY;
    this.cell = roomy ? WIDE_CELL : NARROW_CELL;
    int longest = rows.stream().mapToInt(r -> r.site().length()).max().orElse(0);
    this.numbered = longest >= cell;
    this.names = Math.max(6, longest + (numbered ? 3 : 0));
  }

  static String render(StatusReply reply, Terminal terminal) {
    PeersScreen screen = new PeersScreen(reply, terminal);
    screen.head();
    screen.matrix();
    screen.conclusions();
    screen.ledger();
    return screen.out.toString();
  }

  private void head() {
    out.append("Who hears whom, as ")
        .append(Text.clean(reply.getLocal().getSite()))
        .append(" knows it, ")
        .append(terminal.timeAndZone(reply.getWallMillis()))
        .append('\n');
    if (reply.getInsecure()) {
      lines(Words.INSECURE).forEach(l -> out.append(paint.warning(l)).append('\n'));
    }
    out.append('\n');
  }

  private static List<String> lines(String text) {
    return Text.wrap("! " + Text.clean(text), COLUMNS);
  }

  private void matrix() {
    StringBuilder head = new StringBuilder(Text.left("SAYS", names) + "  ");
    for (int i = 0; i < rows.size(); i++) {
      head.append(Text.left(numbered ? "[" + (i + 1) + "]" : rows.get(i).site(), cell)).append(' ');
    }
    out.append(paint.bold((head + "SAID").stripTrailing())).append('\n');
    for (int i = 0; i < rows.size(); i++) {
      row(i);
    }
    out.append(
        roomy
            ? "Round-trip time and age of what was heard last; SAID: how old a row is.\n"
            : "Round-trip time, or the age of what was heard last; SAID: how old a row is.\n");
  }

  private void row(int index) {
    PeerMatrix.Row row = rows.get(index);
    String name = numbered ? (index + 1) + "  " + row.site() : row.site();
    out.append(Text.left(Text.clean(name), names)).append("  ");
    for (PeerMatrix.Row about : rows) {
      String text = text(row, about);
      boolean bad = text.startsWith("DOWN") || text.startsWith("NEVER");
      String padded = Text.left(text, cell) + " ";
      out.append(
          bad && !row.stale()
              ? paint.bad(padded)
              : row.stale() && about != row ? paint.warning(padded) : padded);
    }
    String said = row.view().isEmpty() ? "never" : age(Math.max(0, row.ageMillis()));
    out.append(row.stale() ? paint.warning(said + " OLD") : said).append('\n');
  }

  private String text(PeerMatrix.Row row, PeerMatrix.Row about) {
    if (row == about) {
      return "-";
    }
    Optional<LinkView> link = row.about(about.site());
    if (link.isEmpty()) {
      return "?";
    }
    long heard = row.heardAge(link.get());
    String mark = row.stale() ? "?" : "";
    if (!link.get().getUp()) {
      return heard < 0 ? "NEVER" + mark : "DOWN " + age(heard) + mark;
    }
    String rtt = rtt(link.get().getRttMicros());
    return roomy ? rtt + " " + age(Math.max(0, heard)) + mark : rtt + mark;
  }

  private static String rtt(long micros) {
    if (micros < 0) {
      return "up";
    }
    return micros < 10_000
        ? String.format(Locale.ROOT, "%.1fms", micros / 1000.0)
        : micros / 1000 + "ms";
  }

  private static String age(long millis) {
    if (millis < 10_000) {
      return String.format(Locale.ROOT, "%.1fs", millis / 1000.0);
    }
    if (millis < 120_000) {
      return millis / 1000 + "s";
    }
    return millis < 7_200_000 ? millis / 60_000 + "m" : millis / 3_600_000 + "h";
  }

  private void conclusions() {
    out.append('\n');
    if (findings.isEmpty()) {
      boolean all = rows.stream().noneMatch(PeerMatrix.Row::stale);
      out.append(all ? paint.good("Everybody hears everybody.") : "No more is known.").append('\n');
    }
    for (String finding : findings) {
      lines(finding).forEach(l -> out.append(paint.bad(l)).append('\n'));
    }
  }

  private void ledger() {
    out.append('\n').append(paint.bold("AGREEMENT")).append('\n');
    Table table = new Table("SITE", "ROLE", "LEADER", "APPLIED", "FRESH", "JOURNAL");
    for (PeerMatrix.Row r : rows) {
      Optional<Replica> replica = r.view().filter(SiteView::hasReplica).map(SiteView::getReplica);
      List<String> cells = new ArrayList<>();
      cells.add(r.site());
      cells.add(r.witness() ? "witness" : "site");
      cells.add(replica.map(Replica::getLeader).orElse("") + (r.stale() ? "?" : ""));
      cells.add(replica.map(x -> Long.toString(x.getAppliedIndex())).orElse(""));
      cells.add(r.replicaAge().map(a -> Text.duration(a) + " ago").orElse(""));
      cells.add(
          r.view()
              .filter(SiteView::hasJournal)
              .map(v -> "#" + v.getJournal().getSequence())
              .orElse(""));
      table.row(cells);
    }
    out.append(table.render());
  }
}
