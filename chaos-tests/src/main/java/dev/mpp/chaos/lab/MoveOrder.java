package dev.mpp.chaos.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mpp.chaos.process.Child;
import dev.mpp.chaos.process.Deadline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** One {@code mpp switchover --json}, as its process tells it. */
final class MoveOrder implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Child command;
  private final Path log;

  private MoveOrder(Child command, Path log) {
    this.command = command;
    this.log = log;
  }

  /** Orders it at the node of {@code asked}. */
  static MoveOrder give(Lab lab, LabSite asked, LabSite target) {
    Path log = lab.place(asked).folder().resolve("switchover.log");
    try {
      Files.deleteIfExists(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> words =
        List.of(
            "switchover",
            LabConfiguration.SERVICE,
            "--to",
            target.label(),
            "--reason",
            "campaign",
            "--json");
    return new MoveOrder(lab.order(asked, words, log), log);
  }

  /** Waits until the command has ended; false: not in time. */
  boolean ended(Duration limit) {
    return Deadline.await(limit, () -> !command.alive());
  }

  /** The result it told, such as {@code DONE}; empty when it told none. */
  String result() {
    String result = "";
    for (String line : lines()) {
      result = object(line).path("end").asText(result);
    }
    return result;
  }

  /** Everything it printed. */
  List<String> lines() {
    try {
      return Files.readAllLines(log);
    } catch (IOException e) {
      return List.of("its output cannot be read: " + e.getMessage());
    }
  }

  private static JsonNode object(String line) {
    try {
      return MAPPER.readTree(line.startsWith("{") ? line : "{}");
    } catch (JsonProcessingException e) {
      return MAPPER.createObjectNode(); // its last line, cut off
    }
  }

  @Override
  public void close() {
    command.kill();
  }
}
