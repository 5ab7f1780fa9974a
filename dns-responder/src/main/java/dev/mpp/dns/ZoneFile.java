package dev.mpp.dns;

import dev.mpp.dns.MasterLexer.Entry;
import dev.mpp.dns.MasterLexer.Word;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a zone in master file format (RFC 1035 section 5, RFC 2308 section 4): one zone a file, its
 * apex where the SOA is. {@code $ORIGIN} and {@code $TTL} are understood, {@code $INCLUDE} and
 * {@code $GENERATE} are not. Every problem of a file is reported, not just the first.
 */
public final class ZoneFile {
  private static final int MOST_OCTETS = 16 << 20;

  /** A record as read, and where it stands. */
  private record Placed(int line, DnsName owner, long ttl, Rdata data) {}

  private final String file;
  private final List<String> problems = new ArrayList<>();
  private final List<Placed> records = new ArrayList<>();
  private @Nullable DnsName origin;
  private @Nullable DnsName owner;
  private @Nullable Long ttl;
  private int line;

  private ZoneFile(String file, @Nullable DnsName origin) {
    this.file = file;
    this.origin = origin;
  }

  /**
   * Reads a file.
   *
   * @throws ZoneFileException if it cannot be read or served
   */
  public static Zone read(Path file) throws ZoneFileException {
    return new ZoneFile(file.toString(), null).zone(content(file));
  }

  /**
   * Reads text.
   *
   * @param name what problems call it
   */
  public static Zone parse(String name, String text) throws ZoneFileException {
    return new ZoneFile(name, null).zone(text);
  }

  /**
   * Reads the records of a file without SOA and NS, which are to join a zone that is built
   * otherwise; names are relative to that zone's apex.
   *
   * @param name what problems call it
   * @param apex with a final dot
   */
  public static ExtraRecords extra(String name, String text, String apex) throws ZoneFileException {
    DnsName zone = DnsName.of(apex);
    ZoneFile reader = new ZoneFile(name, zone);
    reader.readAll(text);
    for (Placed p : reader.records) {
      if (p.data() instanceof Rdata.Soa
          || (p.data() instanceof Rdata.Ns && p.owner().equals(zone))) {
        reader.problem(p.line(), "SOA and NS of the zone are made by the node; remove the record");
      } else if (!p.owner().isAtOrBelow(zone)) {
        reader.problem(p.line(), p.owner() + " is not in zone " + zone);
      }
    }
    reader.finish();
    return new ExtraRecords(
        reader.records.stream()
            .map(
                p ->
                    new ExtraRecords.Extra(
                        name + ":" + p.line(), p.owner().toString(), p.ttl(), p.data()))
            .toList());
  }

  private static String content(Path file) throws ZoneFileException {
    try {
      if (Files.size(file) > MOST_OCTETS) {
        throw new ZoneFileException(
            List.of(file + ": larger than 16 MiB; this server is for small zones"));
      }
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new ZoneFileException(List.of(file + ": no such file; check the path"));
    } catch (MalformedInputException e) {
      throw new ZoneFileException(List.of(file + ": not UTF-8 text; convert it"));
    } catch (IOException e) {
      throw new ZoneFileException(List.of(file + ": cannot be read: " + e.getMessage()));
    }
  }

  private Zone zone(String text) throws ZoneFileException {
    readAll(text);
    List<Placed> soas = records.stream().filter(r -> r.data() instanceof Rdata.Soa).toList();
    if (soas.size() != 1) {
      if (soas.isEmpty()) {
        problem(1, "no SOA record; a zone file has exactly one, at the zone's name");
      } else {
        problem(soas.get(1).line(), "a second SOA record; one zone a file");
      }
    }
    finish();
    Placed first = soas.getFirst();
    ZoneBuilder zone = new ZoneBuilder(first.owner(), first.ttl(), (Rdata.Soa) first.data());
    records.stream().filter(r -> r != first).forEach(r -> add(zone, r));
    finish();
    try {
      return zone.build();
    } catch (IllegalArgumentException e) {
      throw new ZoneFileException(List.of(file + ": " + e.getMessage()));
    }
  }

  private void add(ZoneBuilder zone, Placed record) {
    try {
      zone.records(record.owner().toString(), record.ttl(), record.data());
    } catch (IllegalArgumentException e) {
      problem(record.line(), String.valueOf(e.getMessage()));
    }
  }

  private void finish() throws ZoneFileException {
    if (!problems.isEmpty()) {
      throw new ZoneFileException(problems);
    }
  }

  private void problem(int at, String what) {
    problems.add(file + ":" + at + ": " + what);
  }

  private void readAll(String text) throws ZoneFileException {
    List<Entry> entries;
    try {
      entries = new MasterLexer(text).entries();
    } catch (MasterLexer.LexicalException e) {
      problem(e.line(), String.valueOf(e.getMessage()));
      throw new ZoneFileException(problems);
    }
    for (Entry entry : entries) {
      line = entry.line();
      try {
        read(entry);
      } catch (IllegalArgumentException e) {
        problem(line, String.valueOf(e.getMessage()));
      }
    }
  }

  private void read(Entry entry) {
    String first = entry.words().getFirst().text();
    if (first.startsWith("$") && !entry.startsBlank()) {
      directive(first.toUpperCase(Locale.ROOT), entry.words());
      return;
    }
    int at = 0;
    if (!entry.startsBlank()) {
      owner = null; // a broken owner must not leave the next entries to the one before it
      owner = name(first);
      at = 1;
    }
    DnsName at1 = owner;
    if (at1 == null) {
      throw new IllegalArgumentException(
          "the line starts with a blank, but no name stands before it; write the name");
    }
    record(at1, entry.words().subList(at, entry.words().size()));
  }

  private void directive(String what, List<Word> words) {
    if (words.size() != 2 && (what.equals("$ORIGIN") || what.equals("$TTL"))) {
      throw new IllegalArgumentException(what + " takes one value");
    }
    switch (what) {
      case "$ORIGIN" -> origin = name(words.get(1).text());
      case "$TTL" ->
          ttl =
              RdataText.seconds(words.get(1).text())
                  .orElseThrow(
                      () ->
                          new IllegalArgumentException(
                              "$TTL is \"" + words.get(1).text() + "\"; write seconds, or 1h"));
      default ->
          throw new IllegalArgumentException(
              what + " is not read here; write the records into this file");
    }
  }

  /** TTL and class in any order, then type and data. */
  private void record(DnsName name, List<Word> words) {
    int at = 0;
    Optional<Long> given = Optional.empty();
    boolean classSeen = false;
    for (; at < words.size() && RdataText.type(words.get(at).text()).isEmpty(); at++) {
      String word = words.get(at).text();
      Optional<Long> seconds = RdataText.seconds(word);
      if (seconds.isPresent() && given.isEmpty()) {
        given = seconds;
      } else if (word.equalsIgnoreCase("IN") && !classSeen) {
        classSeen = true;
      } else {
        throw new IllegalArgumentException(
            "\"" + word + "\" is no TTL, class or type known here; types that are not: TYPE123");
      }
    }
    if (at == words.size()) {
      throw new IllegalArgumentException("no type; write NAME TTL IN TYPE DATA");
    }
    int type = RdataText.type(words.get(at).text()).orElseThrow();
    Rdata data = new RdataText(type, words.subList(at + 1, words.size()), this::name).read();
    records.add(new Placed(line, name, ttlOf(given, data), data));
  }

  private long ttlOf(Optional<Long> given, Rdata data) {
    if (given.isPresent()) {
      return given.get();
    }
    Long usual = ttl;
    if (usual != null) {
      return usual;
    }
    if (data instanceof Rdata.Soa soa) {
      return soa.minimum();
    }
    throw new IllegalArgumentException("no TTL; put \"$TTL 300\" on top of the file");
  }

  private DnsName name(String text) {
    DnsName base = origin;
    if (text.equals("@")) {
      return requireOrigin(text, base);
    }
    // An escaped dot at the end is part of the label.
    int backslashes = 0;
    for (int i = text.length() - 2; i >= 0 && text.charAt(i) == '\\'; i--) {
      backslashes++;
    }
    boolean absolute = text.endsWith(".") && backslashes % 2 == 0;
    return absolute ? DnsName.of(text) : requireOrigin(text, base).child(text);
  }

  private static DnsName requireOrigin(String text, @Nullable DnsName base) {
    if (base == null) {
      throw new IllegalArgumentException(
          "\""
              + text
              + "\" is relative, and nothing says to what; end it with a dot or put \"$ORIGIN"
              + " example.com.\" on top of the file");
    }
    return base;
  }
}
