package dev.mpp.node.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/configuration.md keeps up with the records. */
class ConfigDocumentTest {
  private static final Path DOCUMENT = Path.of("../docs/configuration.md");

  @TempDir Path dir;

  @Test
  void theExampleIsUsable() throws Exception {
    String text = Files.readString(DOCUMENT);
    int begin = text.indexOf("```yaml\n") + "```yaml\n".length();
    ConfigFixtures.secret(dir, "s3cret", "rw-------");
    var loaded = ConfigFixtures.load(dir, text.substring(begin, text.indexOf("```", begin)));
    assertEquals(List.of(), loaded.warnings());
  }

  @Test
  void everyKeyIsDocumented() throws Exception {
    String text = Files.readString(DOCUMENT);
    for (Class<?> type : MppConfig.class.getDeclaredClasses()) {
      if (type.isRecord()) {
        for (RecordComponent component : type.getRecordComponents()) {
          String key = key(component.getName());
          assertTrue(
              text.contains("`" + key + "`")
                  || text.contains("." + key + "`")
                  || text.contains("`" + key + "."),
              type.getSimpleName() + " " + key);
        }
      }
    }
  }

  private static String key(String component) {
    String key = component.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    return switch (key) {
      case "id" -> "name";
      case "password" -> "password-file";
      case "roles" -> "logic"; // with active and node-failback
      case "bound" -> "rpo";
      case "notified" -> "notify"; // a record cannot have that name
      case "server-key", "written" -> "server-public-key-file";
      case "format" -> "query-log.to"; // text:FILE and the like, with the path
      case "limits" -> "rate-limit"; // with rate-limit-exempt and identify
      default -> key;
    };
  }
}
