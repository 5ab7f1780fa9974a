package dev.mpp.node.mysql;

import dev.mpp.core.model.NodeAddress;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is missing or dangerous on one server. It changes nothing. */
public final class ServerCheck {
  private static final String CIPHER = "SHOW SESSION STATUS LIKE 'Ssl_cipher'";

  private ServerCheck() {}

  /**
   * What a server of a service has to be like.
   *
   * @param manager name of the manager's account
   * @param semiSync whether commits wait for acknowledgements
   * @param zero whether no acknowledged write may be lost
   * @param blocking whether a fence locks accounts
   * @param replication with which the servers follow each other where MPP gives them their source
   * @param others the service's other servers
   */
  public record Wanted(
      String manager,
      boolean semiSync,
      boolean zero,
      boolean blocking,
      Optional<ReplicationLogin> replication,
      Set<NodeAddress> others) {
    public Wanted {
      others = Set.copyOf(others);
    }

    /** The same, with passwords that may be seen. */
    Wanted masked() {
      return new Wanted(
          manager, semiSync, zero, blocking, replication.map(ReplicationLogin::masked), others);
    }

    PrepareSql sql(Checking checking) {
      return masked().sql(checking, new Credentials(manager, () -> ""), "%");
    }

    PrepareSql sql(Checking checking, Credentials account, String host) {
      PrepareSql plain = checking.sql(account, host);
      PrepareSql sql = blocking ? plain.withAccountBlocking() : plain;
      return replication.map(r -> sql.withReplicationAccount(r.account(), r.host())).orElse(sql);
    }

    List<Setting> settings(Checking checking, Connection c) throws SQLException {
      return checking.settings(c, semiSync, zero);
    }
  }

  /**
   * An account for replication.
   *
   * @param host from which the other servers connect, as in an account name
   */
  public record ReplicationLogin(Credentials account, String host) {
    ReplicationLogin masked() {
      return new ReplicationLogin(new Credentials(account.user(), () -> "***"), host);
    }
  }

  /**
   * What identifies a server among the others; ids start at 1.
   *
   * @param domain of MariaDB
   * @param uuid of MySQL, otherwise empty
   */
  public record Identity(long serverId, long domain, String uuid) {
    /** Of a server that was not looked at. */
    public static final Identity NONE = new Identity(0, 0, "");
  }

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
    Checking checking = server.dialect().checking();
    PrepareSql sql = wanted.sql(checking);
    Map<String, String> identity = Rows.first(Rows.query(c, checking.identity()));
    List<Finding> findings = new ArrayList<>();
    findings.addAll(SettingCheck.of(c, checking, wanted.settings(checking, c)));
    findings.addAll(checking.objects(c, sql));
    findings.addAll(
        AccountCheck.of(
            c,
            checking.accounts(),
            wanted.manager(),
            wanted.replication().map(r -> r.account().user()),
            sql));
    findings.addAll(checking.replication(c, wanted.others()));
    findings.addAll(checking.more(c, wanted.semiSync()));
    boolean encrypted = !Rows.text(Rows.first(Rows.query(c, CIPHER)), "Value").isEmpty();
    findings.add(
        encrypted || loopback(server.address())
            ? Finding.ok("TLS", encrypted ? "this session is encrypted" : "loopback")
            : Finding.warning(
                "TLS",
                "this session is not encrypted, nor are MPP's: passwords and positions can be read",
                "ssl_cert and ssl_key in the configuration"));
    return new Report(
        new Identity(
            Rows.number(identity, "id"),
            Rows.number(identity, "domain"),
            Rows.text(identity, "uuid")),
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
          if (!own.uuid().isEmpty() && identity.uuid().equals(own.uuid())) {
            findings.add(
                Finding.error(
                    "SERVER_UUID",
                    "server_uuid is that of " + other + ", too: their GTIDs are mixed up",
                    "the data directory was copied: remove auto.cnf from it and restart"));
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
