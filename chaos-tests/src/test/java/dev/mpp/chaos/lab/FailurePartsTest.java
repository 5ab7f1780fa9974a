package dev.mpp.chaos.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.chaos.check.Findings;
import dev.mpp.chaos.process.Trouble;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What the matrix of failures knows without a network. */
class FailurePartsTest {
  private static final OptionalLong NEVER = OptionalLong.empty();

  @Test
  void failuresAreChosenByName() {
    assertEquals(List.of(Failure.values()), Failure.of(List.of()));
    assertEquals(
        List.of(Failure.DISK_FULL, Failure.KILLED), Failure.of(List.of("disk-full", "killed")));
    Trouble unknown = assertThrows(Trouble.class, () -> Failure.of(List.of("burnt")));
    assertTrue(String.valueOf(unknown.getMessage()).contains("too-many-connections"));
  }

  @Test
  void aFailureMustBeToldInItsOwnWords() {
    String frozen =
        "06:51:58  site1 198.51.100.1:3306 ACTIVE OK_WARN  Could not connect to mysql host"
            + " 198.51.100.1:3306: connected, but not greeted in time: the server is frozen";
    assertTrue(Failure.FROZEN.names(frozen));
    assertFalse(Failure.KILLED.names(frozen));
    assertFalse(Failure.AUTHENTICATION.names(frozen));
    assertTrue(Failure.STALLED.names("commits have hung for 4.2 s: Waiting for backup lock"));
  }

  @Test
  void aMessageGoesWithoutWhenWhereAndWhichEntry() {
    assertEquals(
        "ACTIVE OK_WARN  commits have hung for 4.2 s",
        FailureRunner.message(
            "06:51:58  site1 198.51.100.1:3306 ACTIVE OK_WARN  commits have hung for 4.2 s"));
    assertEquals(
        "poll refused — connection refused",
        FailureRunner.message(
            "06:51:58  #12 poll 198.51.100.1:3306: refused — connection refused"));
  }

  @Test
  void theReportHasARowForEachFailure() {
    FailureRun one = run(Failure.KILLED, 700, "refused | gone", List.of());
    FailureRun two = run(Failure.KILLED, 900, "refused", List.of("lost a row"));
    FailureRun role = run(Failure.STALLED, 3_600, "hung", List.of());
    FailureReport report = new FailureReport("8.0.33", 3, List.of(one, two, role));
    assertFalse(report.passed());
    String table = report.toMarkdown();
    assertTrue(
        table.contains(
            "| SIGKILL to mysqld | `refused \\| gone` | 60 (60) | 700 (900) | 650 (650) | 800 (800)"
                + " | taken over; **1 of 2 FAILED** |"),
        table);
    assertEquals(6, table.lines().count(), table);
    assertTrue(report.toText().contains("! lost a row"), report.toText());
    assertTrue(report.toJson().contains("\"failure\":\"stalled\""), report.toJson());
    assertTrue(new FailureReport("8.0.33", 1, List.of(one)).passed());
    assertFalse(new FailureReport("8.0.33", 2, List.of(one)).passed(), "one did not run");
    FailureRun none = FailureRun.notRun(Failure.LAG, 1, "the lab did not become whole");
    assertFalse(new FailureReport("8.0.33", 1, List.of(none)).passed());
  }

  private static FailureRun run(
      Failure failure, long named, String message, List<String> violations) {
    return new FailureRun(
        failure,
        1,
        OptionalLong.of(60),
        OptionalLong.of(named),
        message,
        OptionalLong.of(650),
        "read-only",
        OptionalLong.of(800),
        "taken over",
        new Findings(NEVER, NEVER, NEVER, 10, 0, 0, 1, violations),
        false);
  }

  @Test
  void itsLabHasAShortLagLimit() {
    LabSite site = LabSite.of(3).getFirst();
    assertTrue(LabConfiguration.forFailures(LabSite.of(3)).text(site).contains("lag-limit: 10s"));
    assertTrue(new LabConfiguration(LabSite.of(3), 1).text(site).contains("lag-limit: 30s"));
  }
}
