package dev.mpp.chaos.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.chaos.check.Findings;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final Findings GOOD =
      new Findings(
          OptionalLong.of(900),
          OptionalLong.of(700),
          OptionalLong.of(650),
          3000,
          0,
          0,
          1,
          List.of());

  @Test
  void jsonHasExactlyTheAgreedFields() {
    Report report = new Report(Script.FAILOVER, List.of(new Report.Run(7, "kill", GOOD)));
    assertEquals(
        "{\"script\":\"failover\",\"verdict\":\"pass\",\"runs\":[{\"seed\":7,\"outageMs\":900,"
            + "\"dnsChangeMs\":700,\"newActiveMs\":650,\"ackedRows\":3000,\"ackedRowsLost\":0,"
            + "\"dualWritableMs\":0,\"roleChanges\":1}]}",
        report.toJson());
    assertTrue(report.passed());
  }

  @Test
  void oneBadRunFailsTheScript() {
    Report report =
        new Report(
            Script.NODE_KILL,
            List.of(
                new Report.Run(1, "kill", GOOD),
                new Report.Run(2, "kill", GOOD.with("a row lost"))));
    assertFalse(report.passed());
    assertTrue(report.toText().contains("a row lost"), report::toText);
    assertTrue(report.toJson().startsWith("{\"script\":\"node-kill\",\"verdict\":\"fail\""));
  }

  @Test
  void nothingRunIsNoSuccess() {
    assertFalse(new Report(Script.FAILOVER, List.of()).passed());
  }
}
