package dev.mpp.node.config;

import dev.mpp.node.config.MppConfig.KeyFile;
import dev.mpp.node.config.MppConfig.MySql;
import dev.mpp.node.config.MppConfig.MySqlTls;
import dev.mpp.node.config.Section.Placed;
import java.nio.file.Files;
import java.util.Optional;

/** Reads {@code mysql:} of a service. */
final class MySqlReader {
  private static final String KEY = "server-public-key-file";
  private static final String INSECURE = "insecure-server-key";

  private static final Form<String> SCHEMA =
      text -> {
        if (!text.equals(MySql.DEFAULT_SCHEMA)) {
          throw new Refused(
              "is \"" + text + "\"",
              "this version keeps its tables in \"mpp\" only: leave the key out");
        }
        return text;
      };

  private final SecretReader secrets;

  MySqlReader(SecretReader secrets) {
    this.secrets = secrets;
  }

  /**
   * @param used whether this process will log in; a witness has no such files
   */
  Optional<MySql> read(Section parent, boolean used) {
    if (!parent.has("mysql")) {
      parent.missing("mysql");
      return Optional.empty();
    }
    Section section = parent.section("mysql");
    var user = section.need("user", Form.TEXT).map(Placed::value);
    String schema = section.value("schema", SCHEMA, MySql.DEFAULT_SCHEMA);
    Optional<Secret> password = secrets.read(section, used);
    MySqlTls tls = section.value("tls", Form.choice(MySqlTls.class), MySqlTls.PREFERRED);
    Optional<KeyFile> key =
        section
            .optional(KEY, Form.TEXT)
            .map(written -> new KeyFile(written, secrets.resolve(written)));
    boolean insecure = section.value(INSECURE, Form.FLAG, false);
    key.filter(k -> used && !Files.isReadable(k.path()))
        .ifPresent(
            k ->
                section.problem(
                    KEY,
                    "names " + k.path() + ", which is no file that can be read",
                    "copy public_key.pem of the server's data directory there"));
    if (insecure && (tls == MySqlTls.REQUIRED || key.isPresent())) {
      section.problem(
          INSECURE,
          "is true although " + (key.isPresent() ? "\"" + KEY + "\" is given" : "tls is required"),
          "remove it: no server is asked for its key then");
    } else if (insecure) {
      section.warning(
          INSECURE,
          "is true: where a server has no TLS, whoever sits on the line can read the password of"
              + " MPP's account",
          "set up TLS on the servers, or name their key with \"" + KEY + "\"");
    }
    section.close();
    return user.flatMap(u -> password.map(p -> new MySql(u, p, schema, tls, key, insecure)));
  }
}
