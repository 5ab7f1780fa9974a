package dev.mpp.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.plan.BrainCommand;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.node.config.MppConfig.Hook;
import dev.mpp.node.config.MppConfig.HookWhen;
import dev.mpp.node.mysql.Eventually;
import dev.mpp.node.mysql.MySqlServer;
import dev.mpp.node.mysql.ServerProcess;
import dev.mpp.node.mysql.SilentHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Operators' commands against a real server that the other tiers could not fence. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class FenceHooksContract {
  private static final SiteId SELF = new SiteId("paris");
  private static final Duration LONG = Duration.ofSeconds(60);
  private final FenceHooks hooks = new FenceHooks(SELF);
  private ServerProcess db;
  private MySqlServer server;
  @TempDir Path dir;

  abstract ServerProcess start(int serverId) throws Exception;

  @BeforeAll
  void start() throws Exception {
    db = start(61);
  }

  @AfterAll
  void stop() {
    db.close();
  }

  @BeforeEach
  void open() throws Exception {
    server = db.manage(Duration.ofMillis(1000));
    Eventually.within(
        Duration.ofSeconds(30),
        "the server answers a poll",
        () -> server.poll() instanceof MySqlServer.Poll.Answered);
    server.holdDeadManUntil(System.nanoTime() + Duration.ofSeconds(300).toNanos());
    MySqlServer.Promoted promoted =
        server.makeWritable("orders", 7, "paris", Duration.ofSeconds(10));
    assertTrue(promoted.ok(), promoted.detail());
  }

  @AfterEach
  void restart() throws Exception {
    server.close();
    db.restart();
  }

  private Hook hook(String script, Duration deadline) throws Exception {
    Path file = dir.resolve("hook-" + System.nanoTime());
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    return new Hook(List.of(file.toString()), deadline, HookWhen.FAILED, false);
  }

  private static BrainCommand.FenceHook command(NodeAddress node, boolean failed) {
    return new BrainCommand.FenceHook(
        new ServiceName("mysql.eraser.test"),
        SELF,
        node,
        1,
        7,
        failed,
        failed ? "FAILED" : "FENCED");
  }

  private BrainEvent.HookDone run(Hook... all) {
    return hooks.run(command(db.address(), true), List.of(all), server);
  }

  private void freeze() throws Exception {
    db.freeze();
    assertEquals(
        MySqlServer.Fence.Outcome.FAILED,
        server.fence(Duration.ofMillis(700), "test").outcome(),
        "a frozen server is what the other tiers cannot fence");
  }

  @Test
  void aHookThatKillsTheServerIsVerifiedByItsRefusal() throws Exception {
    freeze();
    BrainEvent.HookDone done = run(hook("echo cutting power; kill -9 " + db.pid(), LONG));
    assertTrue(done.verified(), done.detail());
    assertTrue(done.detail().contains("nothing listens at the address"), done.detail());
    assertTrue(done.detail().contains("its last lines: cutting power"), done.detail());
  }

  @Test
  void aHookThatOnlySaysSoIsNotBelieved() throws Exception {
    freeze();
    BrainEvent.HookDone done = run(hook("echo fenced it, honestly; exit 0", LONG));
    assertFalse(done.verified(), done.detail());
    assertTrue(
        done.detail().contains("ended with status 0")
            && done.detail().contains("but the server is not fenced (FAILED"),
        done.detail());
    db.thaw();
    assertTrue(db.isAlive());
  }

  @Test
  void aHookThatHangsIsKilledAndTheNextOneIsTried() throws Exception {
    freeze();
    Path pids = dir.resolve("pids");
    BrainEvent.HookDone done =
        run(
            hook("sleep 1000 & echo $! > " + pids + "; wait", Duration.ofSeconds(2)),
            hook("echo no credentials; exit 4", LONG),
            hook("kill -9 " + db.pid(), LONG),
            hook("touch " + dir.resolve("never"), LONG));
    assertTrue(done.verified(), done.detail());
    assertTrue(
        done.detail().contains("ran longer than 2s and was killed with its children"),
        done.detail());
    assertTrue(
        done.detail().contains("ended with status 4, its last lines: no credentials"),
        done.detail());
    assertFalse(Files.exists(dir.resolve("never")), "one was enough");
    String child = Files.readString(pids).strip();
    Eventually.within(
        Duration.ofSeconds(10),
        "its child is gone",
        () -> ProcessHandle.of(Long.parseLong(child)).filter(ProcessHandle::isAlive).isEmpty());
  }

  @Test
  void aServerThatIsReadOnlyAfterTheHookIsFenced() throws Exception {
    BrainEvent.HookDone done = run(hook("exit 0", LONG));
    assertTrue(done.verified(), done.detail());
    assertTrue(done.detail().contains("read back"), done.detail());
  }

  @Test
  void whatItIsToldAndThatNoneOfItIsSecret() throws Exception {
    db.freeze();
    Path out = dir.resolve("env");
    BrainEvent.HookDone done = run(hook("env | sort > " + out + "; kill -9 " + db.pid(), LONG));
    assertTrue(done.verified(), done.detail());
    List<String> env =
        Files.readAllLines(out).stream()
            .filter(l -> !l.startsWith("_=") && !l.startsWith("PWD=") && !l.startsWith("OLDPWD="))
            .toList();
    NodeAddress node = db.address();
    assertEquals(
        List.of(
            "LANG=C",
            "MPP_BY=paris",
            "MPP_EPOCH=7",
            "MPP_HOST=" + node.host(),
            "MPP_NODE=" + node,
            "MPP_PORT=" + node.port(),
            "MPP_RESULT=FAILED",
            "MPP_SERVICE=mysql.eraser.test",
            "MPP_SITE=paris"),
        env.stream().filter(l -> !l.startsWith("PATH=")).toList());
  }

  @Test
  void afterAFenceThatSucceededOnlyThoseForEveryFenceAreRun() throws Exception {
    Hook failed = hook("touch " + dir.resolve("failed"), LONG);
    Hook always = hook("touch " + dir.resolve("always"), LONG);
    BrainEvent.HookDone done =
        hooks.run(
            command(db.address(), false),
            List.of(failed, new Hook(always.command(), always.deadline(), HookWhen.ALWAYS, false)),
            server);
    assertTrue(done.verified(), done.detail());
    assertTrue(Files.exists(dir.resolve("always")));
    assertFalse(Files.exists(dir.resolve("failed")));
  }

  @Test
  void silenceCountsOnlyWhereTheOperatorSaidSo() throws Exception {
    freeze();
    try (SilentHost gone = SilentHost.open()) {
      NodeAddress silent = new NodeAddress("127.0.0.1", gone.port());
      Hook plain = hook("exit 0", LONG);
      Hook power = new Hook(plain.command(), plain.deadline(), plain.when(), true);
      assertFalse(hooks.run(command(silent, true), List.of(plain), server).verified());
      BrainEvent.HookDone done = hooks.run(command(silent, true), List.of(power), server);
      assertTrue(done.verified(), done.detail());
      assertFalse(
          hooks.run(command(db.address(), true), List.of(power), server).verified(),
          "a frozen server's kernel still accepts");
    }
    db.thaw();
  }
}
