package dev.mpp.chaos.lab;

import dev.mpp.chaos.process.Deadline;
import dev.mpp.chaos.process.Identity;
import dev.mpp.chaos.process.Signals;
import dev.mpp.chaos.process.Trouble;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Who owns which namespaces. A lab writes its identity down before it makes the first one; the next
 * lab removes those whose owner is gone, and the processes left in them, and nothing else.
 */
final class Remains {
  private static final Path OWNERS = Path.of("/run/mpp-lab");
  private static final Pattern NAME = Pattern.compile("(mpplab[0-9a-f]{6})-[a-z0-9]+");

  private Remains() {}

  /** Begins every name of this lab. */
  static String claim(RandomGenerator random) {
    String id = "mpplab%06x".formatted(random.nextInt(1 << 24));
    try {
      Files.createDirectories(OWNERS);
      Identity self = Identity.of(ProcessHandle.current().pid()).orElseThrow();
      Files.writeString(OWNERS.resolve(id), self.format());
      return id;
    } catch (IOException e) {
      throw new Trouble("cannot write to " + OWNERS + ": " + e.getMessage(), "run it as root");
    }
  }

  static void release(String id) {
    try {
      Files.deleteIfExists(OWNERS.resolve(id));
    } catch (IOException e) {
      // The next lab finds that its owner is gone.
    }
  }

  /** What was removed, for a message. */
  static List<String> remove() {
    List<String> removed = new ArrayList<>();
    for (String line : Ip.ask("netns", "list").orElse("").lines().toList()) {
      Matcher name = NAME.matcher(line.split(" ")[0]);
      if (name.matches() && !owned(name.group(1))) {
        end(name.group());
        Ip.ask("netns", "delete", name.group());
        removed.add(name.group());
      }
    }
    forget();
    return removed;
  }

  private static boolean owned(String id) {
    return Identity.read(OWNERS.resolve(id)).filter(Identity::alive).isPresent();
  }

  private static void end(String namespace) {
    for (String pid : Ip.ask("netns", "pids", namespace).orElse("").lines().toList()) {
      Optional<Identity> left = Identity.of(Long.parseLong(pid.strip()));
      if (left.isPresent() && Signals.KILL.send(left.get().pid())) {
        Deadline.await(Duration.ofSeconds(10), () -> !left.get().alive());
      }
    }
  }

  private static void forget() {
    if (!Files.isDirectory(OWNERS)) {
      return;
    }
    try (Stream<Path> files = Files.list(OWNERS)) {
      for (Path file : files.toList()) {
        if (!owned(file.getFileName().toString())) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
