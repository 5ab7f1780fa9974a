package dev.mpp.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.node.mysql.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operators' commands as processes. */
final class HookProcessTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  @TempDir Path dir;

  private HookProcess.Result run(Duration deadline, String script) throws Exception {
    return HookProcess.run(
        List.of("/bin/sh", "-c", script, "hook"), Map.of("MPP_NODE", "10.0.0.1:3306"), deadline);
  }

  @Test
  void itsStatusAndItsLastLinesAreKept() throws Exception {
    HookProcess.Result r =
        run(LONG, "for i in 1 2 3 4 5 6 7; do echo line $i; done; echo to stderr >&2; exit 3");
    assertEquals(OptionalInt.of(3), r.exit());
    assertEquals("line 4 | line 5 | line 6 | line 7 | to stderr", r.output());
  }

  @Test
  void outputIsBoundedAndHasNoControlCharacters() throws Exception {
    String script = "i=0; while [ $i -lt 20000 ]; do echo 0123456789; i=$((i+1)); done;";
    HookProcess.Result r = run(LONG, script + " printf 'a\\033[31mb%0600d\\n' 0");
    assertEquals(OptionalInt.of(0), r.exit());
    assertEquals(500, r.output().length());
    assertFalse(r.output().chars().anyMatch(Character::isISOControl));
  }

  @Test
  void itGetsNothingOfMppsEnvironment() throws Exception {
    HookProcess.Result r = run(LONG, "env | grep -v ^_= | cut -d= -f1 | grep -v PWD | sort");
    assertEquals("LANG | MPP_NODE | PATH", r.output());
  }

  @Test
  void atItsDeadlineEverythingItStartedIsKilled() throws Exception {
    Path pids = dir.resolve("pids");
    long start = System.nanoTime();
    HookProcess.Result r =
        run(
            Duration.ofSeconds(2),
            "echo waiting; (sleep 1000 & echo $! >> %1$s; wait) & echo $! >> %1$s; sleep 1000 & echo $! >> %1$s; trap '' TERM; wait"
                .formatted(pids));
    assertEquals(OptionalInt.empty(), r.exit());
    assertEquals("waiting", r.output());
    assertTrue(System.nanoTime() - start < Duration.ofSeconds(30).toNanos());
    List<String> started = Files.readAllLines(pids);
    assertEquals(3, started.size());
    for (String pid : started) {
      Eventually.within(Duration.ofSeconds(10), pid + " is gone", () -> !lives(pid));
    }
  }

  /** What it leaves behind on purpose, with the pipe open, is not waited for. */
  @Test
  void anEndInTimeIsNotHeldUpByAChildThatGoesOn() throws Exception {
    Path pid = dir.resolve("pid");
    HookProcess.Result r = run(LONG, "echo done; sleep 1000 & echo $! > " + pid);
    try {
      assertEquals(OptionalInt.of(0), r.exit());
      assertEquals("done", r.output());
      assertTrue(lives(Files.readString(pid).strip()));
    } finally {
      ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
          .ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  @Test
  void aProgramThatIsNotThereIsNamed() throws Exception {
    HookProcess.Result r = HookProcess.run(List.of("/no/such/program"), Map.of(), LONG);
    assertTrue(r.exit().orElseThrow() != 0);
    assertTrue(r.output().contains("/no/such/program"), r.output());
  }

  /** A killed child of somebody else may be a zombie for a while. */
  private static boolean lives(String pid) throws Exception {
    Path stat = Path.of("/proc/" + pid + "/stat");
    try {
      return Files.exists(stat) && !Files.readString(stat).contains(") Z ");
    } catch (java.io.IOException e) {
      return false;
    }
  }
}
