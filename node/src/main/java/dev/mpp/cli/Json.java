package dev.mpp.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mpp.proto.v1.JournalEntry;
import java.io.UncheckedIOException;

/** What {@code --json} prints: fields keep their names and meaning; more may be added. */
final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final ObjectMapper PRETTY =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private Json() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** On several lines, with a final newline. */
  static String pretty(JsonNode node) {
    try {
      return PRETTY.writeValueAsString(node) + "\n";
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String line(JsonNode node) {
    try {
      return MAPPER.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ObjectNode of(JournalEntry e) {
    ObjectNode o = object();
    o.put("sequence", e.getSequence());
    o.put("at_ms", e.getWallMillis());
    o.put("service", e.getService());
    o.put("kind", e.getKind());
    o.put("subject", e.getSubject());
    o.put("epoch", e.getEpoch());
    o.put("text", e.getText());
    o.put("user", e.getUser());
    o.put("hash", e.getHash());
    return o;
  }
}
