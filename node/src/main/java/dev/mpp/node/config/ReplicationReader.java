package dev.mpp.node.config;

import dev.mpp.node.config.MppConfig.Replication;
import dev.mpp.node.config.MppConfig.ReplicationMode;
import dev.mpp.node.config.Section.Placed;
import java.util.Optional;

/** Reads {@code replication:} and {@code replication-account:} of a service. */
final class ReplicationReader {
  private static final String MODE = "replication";
  private static final String ACCOUNT = "replication-account";

  /** As long as the families allow: 32 characters (MySQL) in the statement that configures it. */
  private static final Form<String> USER =
      text -> {
        if (text.matches(".*['\"`\\\\\\s].*") || text.length() > 32) {
          throw new Refused(
              "is \"" + text + "\", which is no account name",
              "write the user of CREATE USER without host and quotes, at most 32 characters");
        }
        return text;
      };

  private final SecretReader secrets;

  ReplicationReader(SecretReader secrets) {
    this.secrets = secrets;
  }

  /**
   * @param used whether this process will need the password
   * @return empty when it is circular, or wrong
   */
  Optional<Replication> read(Section service, boolean used) {
    ReplicationMode mode =
        service.value(MODE, Form.choice(ReplicationMode.class), ReplicationMode.CIRCULAR);
    if (!service.has(ACCOUNT)) {
      if (mode == ReplicationMode.MANAGED) {
        service.problem(
            MODE,
            "is managed, and there is no replication-account",
            "add replication-account: {user: …, password-file: …}, an account with REPLICATION"
                + " SLAVE on every server of the service");
      }
      return Optional.empty();
    }
    Section section = service.section(ACCOUNT);
    Optional<String> user = section.need("user", USER).map(Placed::value);
    boolean tls = section.value("tls", Form.FLAG, true);
    Optional<Secret> password = secrets.read(section, used && mode == ReplicationMode.MANAGED);
    section.close();
    if (mode == ReplicationMode.CIRCULAR) {
      service.warning(
          ACCOUNT,
          "is there, and replication is circular: MPP configures no server and does not use it",
          "set replication: managed, or remove it");
      return Optional.empty();
    }
    return user.flatMap(u -> password.map(p -> new Replication(u, p, tls)));
  }
}
