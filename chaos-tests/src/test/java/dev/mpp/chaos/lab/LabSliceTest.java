package dev.mpp.chaos.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * One isolation of the ACTIVE site, as {@code ./mpp chaos} does it. Judged is what does not depend
 * on how busy the machine is; the times are for the scripts.
 */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
@Timeout(400)
class LabSliceTest {
  private static final String PROBE = "mppprobe" + ProcessHandle.current().pid();

  @TempDir private Path folder;

  @Test
  void anIsolatedActiveIsSucceededByExactlyOne() throws Exception {
    assumeTrue(
        namespaces(), "no partitions are tested here: this process cannot make network namespaces");
    Path answer = folder.resolve("answer.json");
    Path log = folder.resolve("lab.log");
    Process lab =
        new ProcessBuilder(command())
            .redirectOutput(answer.toFile())
            .redirectError(log.toFile())
            .start();
    try {
      assertTrue(lab.waitFor(380, TimeUnit.SECONDS), () -> "it did not end: " + text(log));
    } finally {
      // Takes its processes and namespaces with it, as Ctrl-C does.
      lab.destroy();
      lab.waitFor(20, TimeUnit.SECONDS);
    }
    JsonNode run = new ObjectMapper().readTree(text(answer)).path("runs").path(0);
    assertEquals(1, run.path("roleChanges").asInt(), () -> text(answer) + text(log));
    assertEquals(0, run.path("dualWritableMs").asInt(-1), () -> text(answer));
    assertEquals(0, run.path("ackedRowsLost").asInt(-1), () -> text(answer));
    assertTrue(run.path("ackedRows").asInt() > 50, () -> text(answer));
    assertTrue(run.path("ledgerCaughtUpMs").isNumber(), () -> text(answer));
    assertEquals(List.of(), remains(), "namespaces are removed");
  }

  private List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-Dmpp.home=" + folder,
            "-cp",
            System.getProperty("java.class.path"),
            LabMain.class.getName(),
            "isolate-active",
            "--json"));
    return command;
  }

  private static boolean namespaces() {
    boolean made = Ip.ask("netns", "add", PROBE).isPresent();
    Ip.ask("netns", "delete", PROBE);
    return made;
  }

  /** Namespaces whose owner is gone. */
  private static List<String> remains() {
    return Remains.remove();
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
