package dev.mpp.dns;

import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The ways in which keys are written. No message quotes what may be a secret. */
final class TsigKeyText {
  private static final Pattern BLOCK_COMMENT = Pattern.compile("/\\*.*?\\*/", Pattern.DOTALL);
  private static final Pattern SLASHES = Pattern.compile("(?m)(^|[\\s;{}])//.*$");
  private static final Pattern HASH = Pattern.compile("(?m)(^|\\s)#.*$");
  private static final Pattern CLAUSE =
      Pattern.compile("key\\s+\"?([^\"\\s{;]+)\"?\\s*\\{([^}]*)\\}\\s*;?");
  private static final Pattern FIELD =
      Pattern.compile("(?m)^\\s*(?:-\\s+)?(id|name|algorithm|secret):\\s+\"?([^\"\\s]+)\"?\\s*$");
  private static final String FORMS =
      "write key \"NAME\" { algorithm hmac-sha256; secret \"BASE64\"; }; or NAME hmac-sha256"
          + " BASE64";

  private final String text;

  TsigKeyText(String written) {
    boolean braces = written.contains("{");
    // In base64 two slashes are data; only the form with braces has comments that begin with them.
    String plain = HASH.matcher(written).replaceAll("$1");
    if (braces) {
      plain = BLOCK_COMMENT.matcher(plain).replaceAll(" ");
      plain = SLASHES.matcher(plain).replaceAll("$1");
    }
    text = plain.strip();
  }

  TsigKey key() {
    if (text.contains("{")) {
      return clause();
    }
    List<MatchResult> fields = FIELD.matcher(text).results().toList();
    if (!fields.isEmpty()) {
      return key(only(fields, "id", "name"), only(fields, "algorithm"), only(fields, "secret"));
    }
    String[] words = text.split("\\s+");
    if (words.length == 3) {
      return key(words[0], words[1], words[2]);
    }
    String[] parts = text.split(":", -1);
    if (words.length == 1 && parts.length == 3) {
      return key(parts[1], parts[0], parts[2]);
    }
    throw new IllegalArgumentException("this is not a key; " + FORMS);
  }

  private TsigKey clause() {
    List<MatchResult> clauses = CLAUSE.matcher(text).results().toList();
    if (clauses.size() != 1) {
      throw new IllegalArgumentException(
          clauses.isEmpty()
              ? "there is no key clause; " + FORMS
              : "there are " + clauses.size() + " keys; give one alone");
    }
    String body = clauses.getFirst().group(2);
    return key(
        clauses.getFirst().group(1), statement(body, "algorithm"), statement(body, "secret"));
  }

  private static String statement(String body, String word) {
    List<String> found =
        Arrays.stream(body.split(";"))
            .map(String::strip)
            .filter(s -> s.matches(word + "\\s.*"))
            .map(s -> s.substring(word.length()).strip().replaceAll("^\"|\"$", ""))
            .toList();
    return single(found, word);
  }

  private static String only(List<MatchResult> fields, String... names) {
    List<String> found =
        fields.stream()
            .filter(f -> List.of(names).contains(f.group(1)))
            .map(f -> f.group(2))
            .toList();
    return single(found, names[0]);
  }

  private static String single(List<String> found, String what) {
    if (found.size() != 1) {
      throw new IllegalArgumentException(
          "the key has "
              + (found.isEmpty() ? "no " + what : "its " + what + " twice")
              + "; "
              + FORMS);
    }
    return found.getFirst();
  }

  private static TsigKey key(String name, String algorithm, String secret) {
    Optional<TsigAlgorithm> known = TsigAlgorithm.of(algorithm);
    if (known.isEmpty()) {
      throw new IllegalArgumentException(
          "the key's algorithm is none of "
              + Arrays.toString(TsigAlgorithm.values())
              + "; make a new key with one of them");
    }
    DnsName called;
    try {
      called = DnsName.of(name);
    } catch (IllegalArgumentException e) {
      // Not quoted, and without its cause: with words in another order this is the secret.
      throw new IllegalArgumentException("the key's name is not a domain name; " + FORMS);
    }
    byte[] octets;
    try {
      octets = Base64.getDecoder().decode(secret);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the secret of key " + called + " is not base64; copy it whole");
    }
    return new TsigKey(called, known.get(), octets);
  }
}
