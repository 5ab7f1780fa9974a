package dev.mpp.chaos.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class SimulateLeaseTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return new CommandLine(new SimulateLease())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(args);
  }

  @Test
  void jsonHasTheFigures() throws Exception {
    assertEquals(0, run("--seeds", "4", "--from", "100", "--minutes", "1", "--json"));
    JsonNode j = new ObjectMapper().readTree(out.toString());
    assertEquals(4, j.get("seeds").asLong());
    assertTrue(j.get("violations").isEmpty());
    assertTrue(j.get("unhealed").isEmpty());
    assertTrue(j.get("simulatedHours").asDouble() > 4 / 60.0);
    assertTrue(j.get("cpuSeconds").asDouble() > 0);
  }

  @Test
  void aBugIsFoundNamedAndTold() {
    assertEquals(
        1, run("--break", "early-dns", "--seeds", "1", "--minutes", "1", "--threads", "1"));
    assertTrue(out.toString().contains("VIOLATION: "), out.toString());
    assertTrue(out.toString().contains("1 with a violation"), out.toString());
    assertTrue(err.toString().contains("seed 1: "), err.toString());
  }

  @Test
  void theBugsAreListedWithTheirRules() {
    assertEquals(0, run("--break", "list"));
    for (Break b : Break.values()) {
      assertTrue(out.toString().contains(b.word()), b.word());
    }
  }

  @Test
  void aBugOfPairsBelongsToTwoSites() {
    assertEquals(2, run("--break", "pair-hasty", "--sites", "3"));
    assertTrue(err.toString().contains("belongs to --sites 2"), err.toString());
    assertEquals(2, run("--break", "forked-ledger", "--sites", "2"));
    assertTrue(err.toString().contains("belongs to --sites 3 or 5"), err.toString());
  }

  @Test
  void wrongUsageNamesTheRemedy() {
    assertEquals(2, run("--break", "nonsense"));
    assertTrue(err.toString().contains("--break list"), err.toString());
    assertEquals(2, run("--sites", "4"));
    assertTrue(err.toString().contains("--sites takes 2, 3 or 5"), err.toString());
    assertEquals(2, run("--seeds", "0"));
  }
}
