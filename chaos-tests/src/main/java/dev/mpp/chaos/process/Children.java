package dev.mpp.chaos.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * Starts processes that do not outlive this one, even when it gets SIGKILL: the kernel kills them
 * (PR_SET_PDEATHSIG) where setpriv is installed; elsewhere a shell beside each of them waits for
 * the end of a pipe from here. They have a session of their own, so that Ctrl-C reaches only the
 * supervisor and things end in order.
 */
public final class Children {
  private final Path records;
  private final Optional<Path> setpriv = onPath("setpriv");
  private final Optional<Path> setsid = onPath("setsid");

  /**
   * The kernel looks at the <i>thread</i> that started the child, so all are started by one that
   * never ends.
   */
  private final ExecutorService spawner =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("spawner").factory());

  public Children(Path records) {
    this.records = records;
  }

  public Child start(
      String name, List<String> command, Map<String, String> environment, Path folder, Path log) {
    List<String> line = new ArrayList<>();
    setsid.ifPresent(tool -> line.add(tool.toString()));
    setpriv.ifPresent(tool -> line.addAll(List.of(tool.toString(), "--pdeathsig", "KILL", "--")));
    line.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(line);
    builder.environment().putAll(environment);
    builder
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectInput(Path.of("/dev/null").toFile())
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    try {
      return spawner.submit(() -> spawn(name, builder)).get();
    } catch (ExecutionException e) {
      throw new Trouble("cannot start " + name + ": " + e.getCause(), "");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Trouble("interrupted while starting " + name, "");
    }
  }

  private Child spawn(String name, ProcessBuilder builder) throws IOException {
    Process process = builder.start();
    Path record = records.resolve(name);
    Files.createDirectories(records);
    Optional<Identity> identity = Identity.of(process.pid());
    if (identity.isPresent()) {
      Files.writeString(record, identity.get().format());
    }
    Optional<Process> watchdog = Optional.empty();
    if (setpriv.isEmpty()) {
      String wait = "read -r line; kill -KILL " + process.pid();
      List<String> line = new ArrayList<>();
      setsid.ifPresent(tool -> line.add(tool.toString()));
      line.addAll(List.of("/bin/sh", "-c", wait));
      watchdog = Optional.of(new ProcessBuilder(line).start());
    }
    return new Child(name, process, record, watchdog);
  }

  private static Optional<Path> onPath(String tool) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("/usr/bin:/bin");
    return Stream.of(path.split(":"))
        .filter(folder -> !folder.isBlank())
        .map(folder -> Path.of(folder).resolve(tool))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Runs a short helper to its end with the given input; its output, or an explained failure. */
  public String run(String what, List<String> command, Path folder, String input) {
    return run(what, command, Map.of(), folder, input);
  }

  /** As the other, with more variables in its environment. */
  public String run(
      String what,
      List<String> command,
      Map<String, String> environment,
      Path folder,
      String input) {
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
      builder.environment().putAll(environment);
      Process process = builder.start();
      Thread feeder =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (var in = process.outputWriter()) {
                      in.write(input);
                    } catch (IOException e) {
                      // It ended early; its exit code and output say why.
                    }
                  });
      String output = new String(process.getInputStream().readAllBytes());
      int code = process.waitFor();
      feeder.join();
      if (code != 0) {
        throw new Trouble(what + " failed (exit " + code + "):\n" + output.strip(), "");
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Trouble("interrupted: " + what, "");
    }
  }
}
