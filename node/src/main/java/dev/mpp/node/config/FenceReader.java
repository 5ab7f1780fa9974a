package dev.mpp.node.config;

import dev.mpp.node.config.MppConfig.Fence;
import dev.mpp.node.config.MppConfig.Hook;
import dev.mpp.node.config.MppConfig.HookWhen;
import dev.mpp.node.config.Section.Placed;
import java.nio.file.Files;
import java.nio.file.Path;
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

  private static Optional<Hook> hook(Section section, boolean used) {
    if (!section.has("command")) {
      section.missing("command");
    }
    List<String> words = section.values("command", Form.TEXT).stream().map(Placed::value).toList();
    Hook hook =
        new Hook(
            words,
            section.value("deadline", Timing.between(100, 600_000), Hook.DEFAULT_DEADLINE),
            section.value("when", Form.choice(HookWhen.class), HookWhen.FAILED),
            section.value("unreachable-is-fenced", Form.FLAG, false));
    section.close();
    if (words.isEmpty()) {
      if (section.has("command")) {
        section.problem(
            "command", "is not a command", "write its words: [/usr/local/sbin/power-off, now]");
      }
      return Optional.empty();
    }
    String program = words.getFirst();
    if (!program.startsWith("/")) {
      section.problem(
          "command",
          "begins with \"" + program + "\", which is no absolute path",
          "write it as a list of words with the whole path first; there is no shell and no PATH to"
              + " search");
    } else if (used && !Files.isExecutable(Path.of(program))) {
      section.problem(
          "command",
          "begins with " + program + ", which is no program that can be run here",
          "install it at every site that has a pool of the service, executable for the user MPP"
              + " runs as");
    }
    return Optional.of(hook);
  }

  /**
   * @param manager MPP's own account there
   * @param used this process has a pool of the service: its commands have to be here
   */
  static Fence read(Section section, Optional<String> manager, boolean used) {
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
    Fence fence =
        new Fence(
            accounts,
            section.value("offline-mode", Form.FLAG, false),
            section.sections("hooks").stream().flatMap(s -> hook(s, used).stream()).toList());
    section.close();
    return fence;
  }
}
