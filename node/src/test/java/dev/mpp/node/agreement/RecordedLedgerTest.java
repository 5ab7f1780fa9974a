package dev.mpp.node.agreement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.lease.Move;
import dev.mpp.core.lease.Origin;
import dev.mpp.core.lease.SiteOrder;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A log as formats 1 to 3 wrote it, with what each entry did. Replicas of different versions apply
 * the same entries: if one of them comes to another state, they contradict each other silently. So
 * what an entry of an old format does may never change; something new takes a new kind of entry, or
 * a new format. Lines are only ever added to the file.
 */
final class RecordedLedgerTest {
  private static final String FILE = "/ledger/recorded.txt";
  private static final SiteId A = new SiteId("a");
  private static final SiteId B = new SiteId("b");
  private static final ServiceName S = new ServiceName("mysql.eraser.com");
  private static final ServiceName T = new ServiceName("other.eraser.com");

  private int sequence;

  private Origin by(SiteId site, String run) {
    return new Origin(site, run, ++sequence);
  }

  /** What was recorded, in words. */
  private List<LedgerCommand> log() {
    Move move = new Move("m1", B, 30_000_000_000L, "ann", "drill", Optional.empty());
    Move second = new Move("m2", A, 30_000_000_000L, "ann", "back", Optional.empty());
    return List.of(
        new LedgerCommand.Beat(by(A, "a1")),
        new LedgerCommand.Claim(by(A, "a1"), S, 0, 0),
        new LedgerCommand.Claim(by(B, "b1"), S, 0, 0),
        new LedgerCommand.InSync(by(A, "a1"), S, 1, Set.of(A)),
        new LedgerCommand.Serve(by(A, "a1"), S, 1),
        new LedgerCommand.InSync(by(A, "a1"), S, 1, Set.of(A, B)),
        new LedgerCommand.Renew(by(A, "a1"), List.of(new LedgerCommand.Held(S, 1))),
        new LedgerCommand.Renew(by(A, "old"), List.of(new LedgerCommand.Held(S, 1))),
        new LedgerCommand.Claim(by(B, "b1"), S, 1, 2),
        new LedgerCommand.Claim(by(B, "b1"), S, 1, 4),
        new LedgerCommand.Release(by(A, "a1"), S, 1),
        new LedgerCommand.Claim(by(B, "b1"), T, 0, 0),
        new LedgerCommand.Pause(by(A, "a1"), T, true, "ann", "switch"),
        new LedgerCommand.Release(by(B, "b1"), T, 1),
        new LedgerCommand.Claim(by(A, "a1"), T, 1, 1),
        new LedgerCommand.Pause(by(A, "a1"), T, false, "", ""),
        new LedgerCommand.Prefer(by(A, "a1"), T, Optional.of(A), "ann", "racks"),
        new LedgerCommand.InSync(by(B, "b1"), S, 2, Set.of(B)),
        new LedgerCommand.Serve(by(B, "b1"), S, 2),
        new LedgerCommand.BeginMove(by(B, "b1"), S, 2, second),
        new LedgerCommand.Handover(by(B, "b1"), S, 2, "m2", GtidSet.parse("0-1-100")),
        new LedgerCommand.Claim(by(A, "a1"), S, 2, 6),
        new LedgerCommand.Serve(by(A, "a1"), S, 3),
        new LedgerCommand.BeginMove(by(A, "a1"), S, 3, move),
        new LedgerCommand.EndMove(by(A, "a1"), S, "m1", "cancelled"),
        new LedgerCommand.OrderSite(
            by(B, "b1"),
            B,
            Optional.of(new SiteOrder(SiteOrder.Mode.DRAIN, "ann", "x")),
            "ann",
            ""),
        new LedgerCommand.Claim(by(B, "b1"), T, 1, 1),
        new LedgerCommand.OrderSite(by(B, "b1"), B, Optional.empty(), "ann", "done"),
        new LedgerCommand.Adopt(by(A, "a2"), 0),
        new LedgerCommand.Renew(by(A, "a1"), List.of(new LedgerCommand.Held(S, 3))),
        new LedgerCommand.Renew(by(A, "a2"), List.of(new LedgerCommand.Held(S, 4))));
  }

  private static String played(List<byte[]> entries) {
    LedgerState state = LedgerState.EMPTY;
    List<String> lines = new ArrayList<>();
    for (byte[] entry : entries) {
      LedgerState.Applied applied = state.apply(LedgerCodec.command(entry));
      state = applied.state();
      lines.add(HexFormat.of().formatHex(entry) + " " + applied.outcome());
    }
    lines.add("state " + HexFormat.of().formatHex(LedgerCodec.encode(state)));
    return String.join("\n", lines) + "\n";
  }

  private static String recorded() throws IOException {
    try (InputStream in = RecordedLedgerTest.class.getResourceAsStream(FILE)) {
      return new String(Objects.requireNonNull(in, FILE).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void whatWasWrittenOnceDoesWhatItDid() throws IOException {
    List<byte[]> entries =
        recorded()
            .lines()
            .filter(l -> !l.startsWith("state "))
            .map(l -> HexFormat.of().parseHex(l.substring(0, l.indexOf(' '))))
            .toList();
    assertEquals(recorded(), played(entries));
  }

  @Test
  void theSameCommandsAreWrittenTheSameWay() throws IOException {
    assertEquals(recorded(), played(log().stream().map(LedgerCodec::encode).toList()));
  }

  /** A recording in which nothing is refused, or everything, would prove little. */
  @Test
  void bothOutcomesAreInIt() throws IOException {
    List<String> lines = recorded().lines().toList();
    long refused = lines.stream().filter(l -> l.contains(" Refused")).count();
    assertEquals(
        List.of(2, 7, 8, 10, 14, 26, 29),
        IntStream.range(0, lines.size())
            .filter(i -> lines.get(i).contains(" Refused"))
            .boxed()
            .toList(),
        refused + " refused");
  }
}
