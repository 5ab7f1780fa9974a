package dev.mpp.core.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The examples of docs/scenarios.md print what the page says. {@code -Dmpp.scenarios.record=true}
 * writes them anew.
 */
class ScenariosPageTest {
  private static final Path PAGE = Path.of("..", "docs", "scenarios.md");
  private static final Pattern EXAMPLE =
      Pattern.compile("```scenario\n(.*?)```\n\n```output\n(.*?)```", Pattern.DOTALL);

  @Test
  void theExamplesPrintWhatThePageSays() throws IOException {
    String page = Files.readString(PAGE);
    Matcher examples = EXAMPLE.matcher(page);
    assertTrue(examples.results().count() >= 4, "the examples are gone");
    String played = examples.replaceAll(ScenariosPageTest::play);
    if (Boolean.getBoolean("mpp.scenarios.record")) {
      Files.writeString(PAGE, played);
      return;
    }
    assertEquals(played, page);
  }

  private static String play(MatchResult example) {
    String script = example.group(1);
    return Matcher.quoteReplacement(
        "```scenario\n" + script + "```\n\n```output\n" + Scenario.run(script) + "```");
  }

  /** Every step and setting that the interpreter knows stands on the page. */
  @Test
  void thePageNamesEveryStep() throws IOException {
    String page = Files.readString(PAGE);
    for (String step : ScenarioWords.STEPS) {
      assertTrue(page.contains("`" + step), step);
    }
  }
}
