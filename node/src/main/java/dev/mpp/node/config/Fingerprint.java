package dev.mpp.node.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Hash of a configuration's meaning: a canonical text of its records, then SHA-256. */
final class Fingerprint {
  private static final Set<String> LOCAL = Set.of("site", "instance", "dataDir", "tls");

  private Fingerprint() {}

  static String of(MppConfig config) {
    StringBuilder text = new StringBuilder();
    for (RecordComponent component : MppConfig.class.getRecordComponents()) {
      if (!LOCAL.contains(component.getName())) {
        write(text.append(component.getName()).append('='), value(config, component));
      }
    }
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Lengths before texts, so that no two different values can share one rendering. */
  private static void write(StringBuilder out, Object value) {
    switch (value) {
      case MppConfig.KeyFile file -> write(out, file.written());
      case Record r -> {
        out.append('{');
        for (RecordComponent component : r.getClass().getRecordComponents()) {
          write(out.append(component.getName()).append('='), value(r, component));
        }
        out.append('}');
      }
      case List<?> list -> {
        out.append('[').append(list.size()).append(':');
        list.forEach(item -> write(out, item));
        out.append(']');
      }
      case Map<?, ?> map -> {
        out.append('<').append(map.size()).append(':');
        map.forEach(
            (key, item) -> {
              write(out, key);
              write(out, item);
            });
        out.append('>');
      }
      case Optional<?> optional -> write(out, optional.map(List::of).orElse(List.of()));
      case Secret secret -> write(out, secret.origin());
      case Enum<?> constant -> write(out, constant.name());
      default -> {
        String text = value.toString();
        out.append(text.length()).append('\'').append(text).append(';');
      }
    }
  }

  private static Object value(Object record, RecordComponent component) {
    try {
      return component.getAccessor().invoke(record);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(e);
    }
  }
}
