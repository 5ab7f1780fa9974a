package dev.mpp.core.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Replays every script under {@code src/test/resources/scenarios}. The expected output stands in
 * the script after a line {@code ---}. To record it anew on purpose, run the test with {@code
 * -Dmpp.scenarios.record=true} and review the diff.
 */
class ScenarioTest {
  private static final Path SCENARIOS = Path.of("src", "test", "resources", "scenarios");
  private static final String MARK = "---\n";

  @TestFactory
  Stream<DynamicTest> everyScenarioReplays() throws IOException {
    List<Path> files;
    try (Stream<Path> listed = Files.list(SCENARIOS)) {
      files = listed.filter(p -> p.toString().endsWith(".txt")).sorted().toList();
    }
    assertTrue(files.size() >= 100, "scenarios are missing: " + files);
    return files.stream()
        .map(p -> DynamicTest.dynamicTest(p.getFileName().toString(), () -> replay(p)));
  }

  private static void replay(Path file) throws IOException {
    String text = Files.readString(file);
    int mark = text.indexOf("\n" + MARK);
    String script = mark < 0 ? text : text.substring(0, mark + 1);
    assertTrue(text.startsWith("# "), file + " does not begin with what it shows");
    String actual = Scenario.run(text);
    if (Boolean.getBoolean("mpp.scenarios.record")) {
      Files.writeString(file, script + MARK + actual);
      return;
    }
    assertTrue(mark >= 0, file + " has no recorded output");
    assertEquals(text.substring(mark + 1 + MARK.length()), actual, file.toString());
  }

  @Test
  void theSameScriptGivesTheSameOutput() {
    String script = "pool name:p;primary:10.0.0.1\npoll\nlease off\npoll\n";
    assertEquals(Scenario.run(script), Scenario.run(script));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          poll                                  | line 1: the first line must be a pool
          pool name:p                           | line 1: pool p has no primary
          pool name:p;primary:1.1.1.1/dance     | line 2: unknown step "dance"
          pool name:p;primary:1.1.1.1/set x y   | line 2: unknown setting "x"
          pool name:p;primary:1.1.1.1/set fail-at OK_INFO | line 2: pool p: fail-at OK_INFO
          pool name:p;primary:1.1.1.1/poll 2.2.2.2 | line 2: 2.2.2.2:3306 is not a node
          pool name:p;primary:1.1.1.1/poll 1.1.1.1=ill | line 2: "ill" is not healthy
          pool name:p;primary:1.1.1.1/poll "a   | line 2: a quote is not closed
          pool name:p;primary:1.1.1.1/repeat 0 poll | line 2: repeat N STEP
          pool name:p;primary:1.1.1.1/repeat 9 repeat 9 poll | line 2: a repeat inside a repeat
          """)
  void aWrongLineIsNamed(String script, String message) {
    String lines = script.strip().replace('/', '\n');
    String actual =
        assertThrows(IllegalArgumentException.class, () -> Scenario.run(lines)).getMessage();
    assertTrue(actual.startsWith(message.strip()), actual);
  }
}
