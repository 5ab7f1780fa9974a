package dev.mpp.node.mysql;

import dev.mpp.core.model.NodeAddress;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is missing or dangerous on one MariaDB server. It changes nothing. */
public final class ServerCheck {
  private static final String IDENTITY =
      "SELECT @@global.server_id AS id, @@global.gtid_domain_id AS domain;"
          + "SHOW SESSION STATUS LIKE 'Ssl_cipher'";

  private ServerCheck() {}

  /**
   * What a server of a service has to be like.
   *
   * @param manager name of the manager's account
   * @param semiSync whether commits wait for acknowledgements
   * @param zero whether no acknowledged write may be lost
   * @param others the service's other servers
   */
  public record Wanted(String manager, boolean semiSync, boolean zero, Set<NodeAddress> others) {
    public Wanted {
      others = Set.copyOf(others);
    }

    PrepareSql sql() {
      return PrepareSql.mariaDb(new Credentials(manager, () -> ""), "%");
    }

    List<Setting> settings() {
      return Setting.all(semiSync, zero);
    }
  }

  /** What identifies a server among the others; ids start at 1. */
  public record Identity(long serverId, long domain) {}

  /** What was found on one server. */
  public record Report(Identity identity, List<Finding> findings) {
    public Report {
      findings = List.copyOf(findings);
    }
  }

  /**
   * @throws IOException if the server fails on the way; the message names it
   */
  public static Report of(ServerSession server, Wanted wanted) throws IOException {
    try {
      return report(server, wanted);
    } catch (SQLException e) {
      throw new IOException(server.address() + ": " + e.getMessage(), e);
    }
  }

  private static Report report(ServerSession server, Wanted wanted) throws SQLException {
    Connection c = server.connection();
    List<List<Map<String, String>>> identity = Rows.query(c, IDENTITY);
    List<Finding> findings = new ArrayList<>();
    findings.addAll(SettingCheck.of(c, wanted.settings()));
    findings.addAll(ObjectCheck.of(c, wanted.sql()));
    findings.addAll(
        AccountCheck.of(c, wanted.manager(), wanted.sql(), AccountCheck.administrator(c)));
    findings.addAll(ReplicationCheck.of(c, wanted.others()));
    if (wanted.semiSync()) {
      findings.add(
          Finding.unseen(
              "INIT_RPL_ROLE",
              "the server does not tell it",
              "make sure that the configuration has init-rpl-role=SLAVE"));
    }
    boolean encrypted = !Rows.text(identity.get(1).getFirst(), "Value").isEmpty();
    findings.add(
        encrypted || loopback(server.address())
            ? Finding.ok("TLS", encrypted ? "this session is encrypted" : "loopback")
            : Finding.warning(
                "TLS",
                "this session is not encrypted, nor are MPP's: passwords and positions can be read",
                "ssl_cert and ssl_key in the configuration"));
    return new Report(
        new Identity(
            Rows.number(identity.getFirst().getFirst(), "id"),
            Rows.number(identity.getFirst().getFirst(), "domain")),
        findings);
  }

  private static boolean loopback(NodeAddress address) {
    return address.host().startsWith("127.") || address.host().equals("::1");
  }

  /** What several servers of one service have in common and must not, or the other way round. */
  public static List<Finding> among(NodeAddress self, Map<NodeAddress, Identity> servers) {
    Identity own = servers.get(self);
    if (own == null) {
      return List.of();
    }
    List<Finding> findings = new ArrayList<>();
    servers.forEach(
        (other, identity) -> {
          if (other.equals(self)) {
            return;
          }
          if (identity.serverId() == own.serverId()) {
            findings.add(
                Finding.error(
                    "SERVER_ID",
                    "server_id "
                        + own.serverId()
                        + " is that of "
                        + other
                        + ", too: they cannot"
                        + " follow each other, and their GTIDs are mixed up",
                    "another server_id in the configuration"));
          }
          if (identity.domain() != own.domain()) {
            findings.add(
                Finding.warning(
                    "GTID_DOMAIN_ID",
                    "is "
                        + own.domain()
                        + ", and "
                        + identity.domain()
                        + " on "
                        + other
                        + ": only servers of one domain are tested",
                    "the same gtid_domain_id everywhere"));
          }
        });
    return List.copyOf(findings);
  }
}
