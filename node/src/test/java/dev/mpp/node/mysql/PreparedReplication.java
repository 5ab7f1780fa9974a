package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.NodeAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Map;

/** {@code mpp mysql prepare} and {@code check} for a service with {@code replication: managed}. */
final class PreparedReplication {
  private static final NodeAddress NOBODY = new NodeAddress("192.0.2.1", 3306);
  private static final String PASSWORD = "ch41n's \\ pass";

  private PreparedReplication() {}

  /**
   * @param db prepared for services without the option
   */
  static void isMadeAndChecked(ServerProcess db, Path dir) throws Exception {
    Files.writeString(dir.resolve("chain"), PASSWORD + "\n");
    Mpp mpp =
        new Mpp(
            dir,
            "replication: managed\n    replication-account: {user: chain, password-file: chain}",
            db.address(),
            NOBODY);
    String node = db.address().toString();
    String before = db.ask("SELECT " + db.position());
    Mpp.Result lacking = mpp.asRoot("mysql", "check", node);
    assertEquals(1, lacking.exit(), lacking.out() + lacking.err());
    assertTrue(lacking.out().contains("there is no account 'chain'@"), lacking.out());

    db.run("SET GLOBAL log_output = 'TABLE'; SET GLOBAL general_log = ON");
    Mpp.Result dry = mpp.asRoot("mysql", "prepare", node, "--dry-run");
    assertEquals(0, dry.exit(), dry.out() + dry.err());
    assertTrue(dry.out().contains("CREATE USER IF NOT EXISTS 'chain'@'%'"), dry.out());
    assertTrue(dry.out().contains("BY '***'"), dry.out());
    Mpp.Result done = mpp.asRoot("mysql", "prepare", node);
    assertEquals(0, done.exit(), done.out() + done.err());
    Mpp.Result again = mpp.asRoot("mysql", "prepare", node);
    assertTrue(again.out().contains("nothing to do"), again.out());
    for (Mpp.Result shown : List.of(dry, done, again)) {
      assertFalse((shown.out() + shown.err()).contains("ch41n"), "the password is shown");
    }
    assertTrue(Long.parseLong(db.ask("SELECT COUNT(*) FROM mysql.general_log")) > 0);
    assertEquals(
        "0",
        db.ask(
            "SELECT COUNT(*) FROM mysql.general_log WHERE argument LIKE '%ch41n%pass%'"
                + " AND argument NOT LIKE '%general_log%'"),
        "the password is in the server's log");
    db.run("SET GLOBAL general_log = OFF; SET GLOBAL log_output = 'FILE'");

    try (Connection replica = db.connect("chain", PASSWORD)) {
      List<Map<String, String>> grants = Rows.query(replica, "SHOW GRANTS").getFirst();
      assertEquals(1, grants.size(), grants.toString());
      String grant = grants.getFirst().values().iterator().next();
      assertTrue(grant.startsWith("GRANT REPLICATION SLAVE ON *.* TO "), grant);
    }
    Mpp.Result checked = mpp.asRoot("mysql", "check", "--verbose", node);
    assertEquals(0, checked.exit(), checked.out() + checked.err());
    assertTrue(checked.out().contains("'chain'@'%' has what it needs"), checked.out());
    assertEquals(before, db.ask("SELECT " + db.position()), "it was logged");
    assertEquals("1", db.ask("SELECT " + db.readOnly()));
  }
}
