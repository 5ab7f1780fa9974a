package dev.mpp.node.config;

import dev.mpp.node.config.MppConfig.Fence;
import dev.mpp.node.config.Section.Placed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads {@code fence:} of a service. */
final class FenceReader {
  /** Without them a server or MPP's dead-man cannot work. */
  private static final Set<String> NEVER =
      Set.of("mppfence", "mysql.session", "mysql.sys", "mysql.infoschema", "mariadb.sys");

  /** As in CREATE USER: at most 128 characters (MariaDB) and 255. */
  private static final Form<String> ACCOUNT =
      text -> {
        int at = text.lastIndexOf('@');
        if (at <= 0 || at == text.length() - 1) {
          throw new Refused(
              "is \"" + text + "\", which is no account",
              "write user@host with the host of CREATE USER: \"app@%\"");
        }
        if (text.matches(".*['\"`\\s].*") || at > 128 || text.length() - at > 256) {
          throw new Refused(
              "is \"" + text + "\", which is no account",
              "write user@host without quotes and spaces: \"app@%\"");
        }
        return text;
      };

  private FenceReader() {}

  /**
   * @param manager MPP's own account there
   */
  static Fence read(Section section, Optional<String> manager) {
    List<String> accounts = new ArrayList<>();
    for (Placed<String> account : section.values("block-accounts", ACCOUNT)) {
      String text = account.value();
      String user = text.substring(0, text.lastIndexOf('@'));
      if (manager.filter(user::equals).isPresent() || NEVER.contains(user)) {
        section
            .findings()
            .problem(
                account.at(),
                section.name("block-accounts") + " has " + text + ", which MPP cannot do without",
                "list the accounts of applications");
      } else if (accounts.contains(text)) {
        section
            .findings()
            .problem(
                account.at(),
                section.name("block-accounts") + " has " + text + " twice",
                "keep one of the two");
      } else {
        accounts.add(text);
      }
    }
    Fence fence = new Fence(accounts, section.value("offline-mode", Form.FLAG, false));
    section.close();
    return fence;
  }
}
