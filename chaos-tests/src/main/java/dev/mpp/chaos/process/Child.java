package dev.mpp.chaos.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** One running process of the demo. */
public final class Child {
  private final String name;
  private final Process process;
  private final Path record;
  private final Optional<Process> watchdog;
  private volatile boolean expected;

  Child(String name, Process process, Path record, Optional<Process> watchdog) {
    this.name = name;
    this.process = process;
    this.record = record;
    this.watchdog = watchdog;
  }

  public String name() {
    return name;
  }

  public long pid() {
    return process.pid();
  }

  public boolean alive() {
    return process.isAlive();
  }

  /** Whether somebody ended it on purpose. */
  public boolean expected() {
    return expected;
  }

  /** Only when it has ended. */
  public int exitCode() {
    return process.exitValue();
  }

  /** Runs the action, on some thread, when the process has ended. */
  public void onExit(Runnable action) {
    process.onExit().thenRun(action);
  }

  /** Whether the kernel keeps it stopped. */
  public boolean frozen() {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid() + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) == 'T';
    } catch (IOException gone) {
      return false;
    }
  }

  public void freeze() {
    Signals.STOP.send(pid());
  }

  public void thaw() {
    Signals.CONT.send(pid());
  }

  /** SIGKILL, and waits until the kernel has reaped it. */
  public void kill() {
    expected = true;
    if (process.isAlive()) {
      Signals.KILL.send(pid());
    }
    await(Duration.ofSeconds(10));
    forget();
  }

  /** SIGTERM; SIGKILL for it and what it started when it does not end in time. */
  public void stop(Duration patience) {
    expected = true;
    List<ProcessHandle> below = process.descendants().toList();
    if (process.isAlive()) {
      Signals.TERM.send(pid());
      Signals.CONT.send(pid());
    }
    if (!await(patience)) {
      Signals.KILL.send(pid());
      await(Duration.ofSeconds(10));
    }
    below.forEach(ProcessHandle::destroyForcibly);
    forget();
  }

  private boolean await(Duration limit) {
    return Deadline.await(limit, () -> !process.isAlive());
  }

  private void forget() {
    watchdog.ifPresent(Process::destroyForcibly);
    try {
      Files.deleteIfExists(record);
    } catch (IOException e) {
      // A record of a dead process does no harm: its start time will not match again.
    }
  }
}
