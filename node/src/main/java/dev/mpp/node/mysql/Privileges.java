package dev.mpp.node.mysql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Privileges by what they are on ({@code *.*}, {@code mpp.canary}, {@code PROCEDURE mpp.jump}), in
 * capitals and with spaces: {@code READ ONLY ADMIN}.
 */
record Privileges(Map<String, Set<String>> on) {
  private static final Pattern GRANT =
      Pattern.compile("GRANT (.+?) ON (.+?) TO (\\S+).*", Pattern.DOTALL);

  Privileges {
    Map<String, Set<String>> copy = new TreeMap<>();
    on.forEach((object, set) -> copy.put(object, Collections.unmodifiableSet(new TreeSet<>(set))));
    on = Collections.unmodifiableMap(copy);
  }

  /** From GRANT statements as they are written in SQL or printed by SHOW GRANTS; skips others. */
  static Privileges of(List<String> statements) {
    Map<String, Set<String>> on = new TreeMap<>();
    for (String statement : statements) {
      Matcher m = GRANT.matcher(statement.strip());
      if (m.matches()) {
        Set<String> set = on.computeIfAbsent(object(m.group(2)), object -> new TreeSet<>());
        for (String privilege : m.group(1).split(",", -1)) {
          set.add(words(privilege));
        }
      }
    }
    return new Privileges(on);
  }

  /** Of the account, {@code 'user'@'host'} quoted; empty: of the session's own. */
  static Privileges granted(Connection c, String account) throws SQLException {
    String sql = account.isEmpty() ? "SHOW GRANTS" : "SHOW GRANTS FOR " + account;
    return of(
        Rows.query(c, sql).getFirst().stream().map(row -> row.values().iterator().next()).toList());
  }

  /** The grantee of a GRANT statement as it is written, empty when it is none. */
  static String grantee(String statement) {
    Matcher m = GRANT.matcher(statement.strip());
    return m.matches() ? m.group(3) : "";
  }

  private static String object(String text) {
    String plain = text.replace("`", "").replaceAll("\\s+", " ").strip();
    return plain.startsWith("TABLE ") ? plain.substring(6) : plain;
  }

  private static String words(String text) {
    return text.replace('_', ' ').replaceAll("\\s+", " ").strip().toUpperCase(Locale.ROOT);
  }

  /** What of {@code wanted} is not here, as it would be granted: {@code SELECT ON mpp.canary}. */
  List<String> missing(Privileges wanted) {
    Set<String> global = on.getOrDefault("*.*", Set.of());
    return wanted.on.entrySet().stream()
        .flatMap(
            e ->
                e.getValue().stream()
                    .filter(
                        p ->
                            !has(global, p)
                                && !has(on.getOrDefault(e.getKey(), Set.of()), p)
                                && !has(on.getOrDefault(schema(e.getKey()), Set.of()), p))
                    .map(p -> p + " ON " + e.getKey()))
        .toList();
  }

  private static boolean has(Set<String> set, String privilege) {
    return set.contains(privilege) || set.contains("ALL PRIVILEGES");
  }

  private static String schema(String object) {
    String name = object.startsWith("PROCEDURE ") ? object.substring(10) : object;
    int dot = name.indexOf('.');
    return dot < 0 ? name : name.substring(0, dot) + ".*";
  }
}
