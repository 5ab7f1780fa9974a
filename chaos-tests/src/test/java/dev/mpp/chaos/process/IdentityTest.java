package dev.mpp.chaos.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
@Timeout(60)
class IdentityTest {
  @TempDir private Path folder;

  @Test
  void aLeftOverProcessIsEnded() throws IOException {
    Child child = sleeper();
    assertEquals(
        List.of("sleeper (pid " + child.pid() + ")"), Leftovers.clean(folder.resolve("records")));
    assertFalse(child.alive());
  }

  @Test
  void anotherProcessWithTheSamePidIsLeftAlone() throws IOException {
    Child child = sleeper();
    Path record = folder.resolve("records/sleeper");
    Identity real = Identity.read(record).orElseThrow();
    Files.writeString(
        record, new Identity(real.pid(), real.startTicks() - 1, real.boot()).format());
    assertEquals(List.of(), Leftovers.clean(folder.resolve("records")));
    assertTrue(child.alive());
    child.kill();
    assertFalse(child.alive());
  }

  @Test
  void anUnreadableRecordIsNobody() throws IOException {
    Path record = Files.writeString(folder.resolve("odd"), "12 what\n");
    assertEquals(Optional.empty(), Identity.read(record));
  }

  private Child sleeper() {
    return new Children(folder.resolve("records"))
        .start("sleeper", List.of("sleep", "50"), Map.of(), folder, folder.resolve("log"));
  }
}
