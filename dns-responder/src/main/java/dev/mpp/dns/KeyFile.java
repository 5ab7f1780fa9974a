package dev.mpp.dns;

import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The two files of a key in the form that BIND's tools write and read (dnssec-keygen(8),
 * dnssec-settime(8)): {@code .key} is the DNSKEY record, {@code .private} the secret and the times.
 * Throws {@link IllegalArgumentException} with what is wrong and what to do; never with the secret.
 */
final class KeyFile {
  private static final String FORMAT = "Private-key-format";
  private static final String ALGORITHM = "Algorithm";
  private static final String SECRET = "PrivateKey";

  private KeyFile() {}

  /** What the files of a zone's keys begin with. */
  static String prefix(DnsName zone) {
    String name = zone.toString().toLowerCase(Locale.ROOT);
    if (name.contains("/") || name.contains("\\")) {
      throw new IllegalArgumentException(
          zone + " cannot name a file; zones are signed whose names are letters, digits, - and _");
    }
    return "K" + name + "+";
  }

  static String publicText(SigningKey key) {
    return "; "
        + (key.key().secureEntryPoint() ? "KSK or CSK" : "ZSK")
        + " "
        + key.key().tag()
        + " of "
        + key.zone()
        + ", made "
        + KeyTimes.text(key.times().created())
        + ", active from "
        + KeyTimes.text(key.times().active())
        + " (UTC)\n"
        + key.zone()
        + " IN DNSKEY "
        + key.key().text()
        + "\n";
  }

  static String privateText(SigningKey key) {
    StringBuilder out = new StringBuilder();
    line(out, FORMAT, "v1.3");
    DnssecAlgorithm algorithm = key.key().algorithm();
    line(out, ALGORITHM, algorithm.number() + " (" + algorithm.mnemonic() + ")");
    line(out, SECRET, Base64.getEncoder().encodeToString(key.secretOctets()));
    KeyTimes times = key.times();
    line(out, "Created", KeyTimes.text(times.created()));
    time(out, "Publish", times.publish());
    time(out, "Activate", times.activate());
    time(out, "Inactive", times.inactive());
    time(out, "Delete", times.delete());
    return out.toString();
  }

  private static void time(StringBuilder out, String name, OptionalLong seconds) {
    seconds.ifPresent(s -> line(out, name, KeyTimes.text(s)));
  }

  private static void line(StringBuilder out, String name, String value) {
    out.append(name).append(": ").append(value).append('\n');
  }

  static SigningKey parse(DnsName zone, String publicText, String privateText) {
    Dnskey key = dnskey(zone, publicText);
    Map<String, String> fields = fields(privateText);
    int number =
        Integer.parseInt(need(fields, ALGORITHM, "[0-9]{1,3}( .*)?").replaceAll(" .*", ""));
    if (number != key.algorithm().number()) {
      throw new IllegalArgumentException(
          "the private key is of algorithm "
              + number
              + ", the public one of "
              + key.algorithm().number()
              + "; restore both files from the same copy");
    }
    try {
      byte[] octets = Base64.getDecoder().decode(need(fields, SECRET, "[A-Za-z0-9+/=]+"));
      return new SigningKey(zone, key, key.algorithm().privateKey(octets), times(fields));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "the key is broken: " + e.getMessage() + "; restore both files from a copy", e);
    }
  }

  private static KeyTimes times(Map<String, String> fields) {
    long created = KeyTimes.seconds(need(fields, "Created", "[0-9]+.*"));
    return new KeyTimes(
        created,
        time(fields, "Publish"),
        time(fields, "Activate"),
        time(fields, "Inactive"),
        time(fields, "Delete"));
  }

  private static OptionalLong time(Map<String, String> fields, String name) {
    String text = fields.get(name);
    return text == null ? OptionalLong.empty() : OptionalLong.of(KeyTimes.seconds(text));
  }

  private static String need(Map<String, String> fields, String name, String form) {
    String value = fields.get(name);
    if (value == null || !value.matches(form)) {
      throw new IllegalArgumentException(
          "\""
              + name
              + ":\" is missing or unreadable in the private file; restore it from a copy, or make"
              + " a key with mpp dns keygen");
    }
    return value;
  }

  private static Map<String, String> fields(String text) {
    Map<String, String> fields = new HashMap<>();
    text.lines()
        .forEach(
            line -> {
              int colon = line.indexOf(':');
              if (colon > 0 && !line.startsWith(";")) {
                fields.put(line.substring(0, colon).trim(), line.substring(colon + 1).trim());
              }
            });
    return fields;
  }

  private static Dnskey dnskey(DnsName zone, String text) {
    List<String> records =
        text.lines().map(String::trim).filter(l -> !l.isEmpty() && !l.startsWith(";")).toList();
    String[] words = records.isEmpty() ? new String[0] : records.getFirst().split("\\s+");
    int at = java.util.Arrays.asList(words).indexOf("DNSKEY");
    if (at < 1 || words.length < at + 5 || records.size() != 1) {
      throw new IllegalArgumentException(
          "the public file has no single line NAME IN DNSKEY FLAGS 3 ALGORITHM KEY; restore it");
    }
    if (!DnsName.of(words[0]).equals(zone)) {
      throw new IllegalArgumentException(
          "the public file is of " + words[0] + ", not " + zone + "; restore it");
    }
    if (!words[at + 1].matches("256|257") || !words[at + 2].equals("3")) {
      throw new IllegalArgumentException(
          "flags "
              + words[at + 1]
              + " are not used here: 257 is a KSK or CSK, 256 a ZSK; a revoked key is removed");
    }
    DnssecAlgorithm algorithm =
        words[at + 3].matches("[0-9]{1,3}")
            ? DnssecAlgorithm.of(Integer.parseInt(words[at + 3])).orElse(null)
            : DnssecAlgorithm.named(words[at + 3]).orElse(null);
    if (algorithm == null) {
      throw new IllegalArgumentException(
          "algorithm "
              + words[at + 3]
              + " is not offered; 13 (ecdsap256sha256) and 15 (ed25519) are");
    }
    String base64 = String.join("", List.of(words).subList(at + 4, words.length));
    return new Dnskey(
        Integer.parseInt(words[at + 1]), algorithm, Base64.getDecoder().decode(base64));
  }
}
