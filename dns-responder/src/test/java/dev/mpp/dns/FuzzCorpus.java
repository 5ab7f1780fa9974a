package dev.mpp.dns;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Inputs kept for a {@link FuzzTarget}: one a line, in Base64, shortest first. Run by {@code
 * bench/dns/fuzz.sh}, which needs a file for each.
 */
final class FuzzCorpus {
  static final Map<String, FuzzTarget> TARGETS =
      Map.of(
          "wire", new WireFuzz(),
          "engine", new EngineFuzz(),
          "tcp", new TcpFuzz(),
          "zone", new ZoneFileFuzz());

  private FuzzCorpus() {}

  static List<byte[]> kept(String target) {
    String resource = "/fuzz/" + target + ".b64";
    try (InputStream in = FuzzCorpus.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + resource);
      }
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .map(Base64.getDecoder()::decode)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@code unpack FILE FOLDER}, or {@code pack FOLDER FILE}. */
  public static void main(String[] args) throws IOException {
    Path from = Path.of(args[1]);
    Path to = Path.of(args[2]);
    if (args[0].equals("unpack")) {
      List<String> lines = Files.exists(from) ? Files.readAllLines(from) : List.of();
      for (int i = 0; i < lines.size(); i++) {
        Files.write(to.resolve("kept-" + i), Base64.getDecoder().decode(lines.get(i)));
      }
    } else {
      Files.write(to, lines(from));
    }
  }

  private static List<String> lines(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.list(folder)) {
      all.forEach(files::add);
    }
    Map<Integer, List<String>> byLength = new TreeMap<>();
    for (Path file : files) {
      String line = Base64.getEncoder().encodeToString(Files.readAllBytes(file));
      byLength.computeIfAbsent(line.length(), n -> new ArrayList<>()).add(line);
    }
    return byLength.values().stream().flatMap(same -> same.stream().sorted()).toList();
  }
}
