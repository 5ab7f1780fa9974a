package dev.mpp.core.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The fixtures of the golden traces, every line of them, against BEHAVIOUR section 5 as it is
 * written there: req, classic status, state, message; PRIMARY | SECONDARY. Copied by hand, so that
 * recording the fixtures anew cannot change what they have to say.
 */
class GoldenTracesTest {
  private static final Path SCENARIOS = Path.of("src", "test", "resources", "scenarios");
  private static final Map<String, String> MESSAGES =
      Map.of(
          "M1", "PRIMARY instatement to ACTIVE complete.",
          "M2", "FAILOVER: Taking over ACTIVE state.",
          "M3", "Ready to relinquish ACTIVE state to PRIMARY.",
          "M4", "Relinquishing ACTIVE state to PRIMARY.",
          "M5", "Waiting for SECONDARY to stand down before instatement to ACTIVE.",
          "M6", "FAILED PRIMARY server is reporting recovery. Manual intervention required.",
          "M7", "FAILED server is reporting recovery. Manual intervention required.",
          "M8", "Manual Recovery Initiated.",
          "M10", "Could not connect to mysql host 10.0.0.%s:3306: %s",
          "M11", "Hostile takeover for ACTIVE reinstatement initiated.");

  /** T1, with which the other traces begin: steps 0 to 4. */
  private static final List<String> START =
      List.of(
          "- OK UNKNOWN | - OK UNKNOWN",
          "0 OK STANDBY | 0 OK STANDBY",
          "1 OK_WARN ACTIVE M1 | 0 OK STANDBY",
          "0 OK ACTIVE (recovering) M1 | 0 OK STANDBY",
          "0 OK ACTIVE | 0 OK STANDBY");

  private static final List<String> PRIMARY_FAILS =
      List.of(
          "1 OK_WARN ACTIVE M10 | 0 OK STANDBY",
          "2 OK_WARN ACTIVE M10 | 0 OK STANDBY",
          "3 OK_WARN ACTIVE M10 | 0 OK STANDBY",
          "4 FAIL FAILED_OFFLINE M10 | 1 OK_WARN ACTIVE M2");

  @Test
  void t1Start() throws IOException {
    compare("t1-start", "", START);
  }

  @Test
  void t2StandbyFails() throws IOException {
    List<String> lines = new ArrayList<>(START);
    for (int req = 1; req <= 3; req++) {
      lines.add("0 OK ACTIVE | " + req + " OK_WARN STANDBY M10");
    }
    for (int req = 4; req <= 45; req++) {
      lines.add("0 OK ACTIVE | " + req + " FAIL FAILED_OFFLINE M10");
    }
    lines.add("0 OK ACTIVE | 0 OK FAILED_OFFLINE (recovering) M7");
    lines.add("0 OK ACTIVE | 0 OK FAILED_OFFLINE M7");
    lines.add("0 OK ACTIVE | 0 OK FAILED_OFFLINE M7");
    lines.add(
        "OK: Cached level reset from OK/0 (FAILED_OFFLINE) to OK_WARN/0 (UNKNOWN) for"
            + " 10.0.0.2:3306");
    lines.add("0 OK ACTIVE | 0 OK_WARN UNKNOWN M8");
    lines.add("0 OK ACTIVE | 0 OK STANDBY M8");
    lines.add("0 OK ACTIVE | 0 OK STANDBY");
    compare("t2-standby-fails", "Too many connections", lines);
  }

  @Test
  void t3PrimaryFails() throws IOException {
    List<String> lines = failed();
    lines.add("5 FAIL FAILED_OFFLINE M10 | 0 OK ACTIVE (recovering) M2");
    lines.add("6 FAIL FAILED_OFFLINE M10 | 0 OK ACTIVE");
    lines.add("7 FAIL FAILED_OFFLINE M10 | 0 OK ACTIVE");
    compare("t3-primary-fails", "Connection refused", lines);
  }

  @Test
  void t4PrimaryRecovered() throws IOException {
    List<String> lines = failed();
    lines.add("0 OK_WARN FAILED_OFFLINE (recovering) M6 | 0 OK ACTIVE (recovering) M2");
    lines.add("0 OK_WARN FAILED_OFFLINE M6 | 0 OK ACTIVE");
    lines.add("0 OK_WARN FAILED_OFFLINE M6 | 0 OK ACTIVE");
    recover(lines);
    lines.add("0 OK STANDBY M8 | 1 OK_WARN ACTIVE M3");
    lines.add("0 OK_WARN STANDBY M5 | 1 OK_WARN STANDBY (recovering) M4");
    lines.add("1 OK_WARN ACTIVE M1 | 0 OK STANDBY");
    lines.add("0 OK ACTIVE (recovering) M1 | 0 OK STANDBY");
    lines.add("0 OK ACTIVE | 0 OK STANDBY");
    compare("t4-primary-recovered", "Connection refused", lines);
  }

  @Test
  void t5Hostile() throws IOException {
    List<String> lines = failed();
    lines.add("0 OK_WARN FAILED_OFFLINE (recovering) M6 | 0 OK ACTIVE (recovering) M2");
    lines.add("0 OK_WARN FAILED_OFFLINE M6 | 0 OK ACTIVE");
    recover(lines);
    lines.add("0 OK STANDBY M8 | 1 OK_WARN STANDBY M4");
    lines.add("1 OK_WARN ACTIVE M1 | 0 OK STANDBY (recovering) M4");
    lines.add("0 OK ACTIVE (recovering) M1 | 0 OK STANDBY");
    lines.add("0 OK ACTIVE | 0 OK STANDBY");
    compare("t5-hostile", "Connection refused", lines);
  }

  @Test
  void t5HostilePrimaryInStandby() throws IOException {
    List<String> lines = failed();
    lines.add("0 OK_WARN FAILED_OFFLINE (recovering) M6 | 0 OK ACTIVE (recovering) M2");
    lines.add("0 OK_WARN FAILED_OFFLINE M6 | 0 OK ACTIVE");
    recover(lines);
    lines.add("0 OK STANDBY M8 | 1 OK_WARN ACTIVE M3"); // hostile is switched on after this poll
    lines.add("1 OK_WARN ACTIVE M11 | 1 OK_WARN STANDBY M4");
    lines.add("0 OK ACTIVE (recovering) M11 | 0 OK STANDBY (recovering) M4");
    lines.add("0 OK ACTIVE | 0 OK STANDBY");
    compare("t5-hostile-primary-in-standby", "Connection refused", lines);
  }

  private static List<String> failed() {
    List<String> lines = new ArrayList<>(START);
    lines.addAll(PRIMARY_FAILS);
    return lines;
  }

  private static void recover(List<String> lines) {
    lines.add(
        "OK: Cached level reset from OK_WARN/0 (FAILED_OFFLINE) to OK_WARN/0 (UNKNOWN) for"
            + " 10.0.0.1:3306");
    lines.add("0 OK_WARN UNKNOWN M8 | 0 OK ACTIVE");
  }

  private static void compare(String fixture, String error, List<String> transcription)
      throws IOException {
    List<String> expected = new ArrayList<>();
    for (String line : transcription) {
      String[] cells = line.split(" \\| ", -1);
      for (int i = 0; i < cells.length; i++) {
        expected.add(spelledOut(cells[i], error, i + 1));
      }
    }
    String text = Files.readString(SCENARIOS.resolve(fixture + ".txt"));
    List<String> lines = text.substring(text.indexOf("\n---\n") + 5).lines().skip(1).toList();
    assertEquals(String.join("\n", expected), String.join("\n", inOneSpace(lines)));
  }

  private static String spelledOut(String cell, String error, int host) {
    Matcher m = Pattern.compile("M[0-9]+$").matcher(cell);
    return m.find()
        ? cell.substring(0, m.start())
            + MESSAGES.getOrDefault(m.group(), "?").formatted(host, error)
        : cell;
  }

  /** Without step, host and type, and with single spaces between the columns. */
  private static List<String> inOneSpace(List<String> lines) {
    return lines.stream()
        .map(
            l ->
                l.replaceFirst(
                    "^ *[0-9]+ +(> |10\\.0\\.0\\.1:3306 +P |10\\.0\\.0\\.2:3306 +S )", ""))
        .map(l -> l.replaceAll(" +", " ").strip())
        .toList();
  }
}
