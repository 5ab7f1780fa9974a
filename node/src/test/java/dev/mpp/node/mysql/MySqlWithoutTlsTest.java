package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.PollTrouble;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A MySQL server without TLS, and an account with its default authentication. */
@Tag("mysql-server")
class MySqlWithoutTlsTest {
  private static final Duration POLL = Duration.ofSeconds(5);
  private static final String KEY = "SHOW STATUS LIKE 'Caching_sha2_password_rsa_public_key'";

  private static MySqlServer at(MySqlProcess db, Encryption encryption) {
    return MySqlServers.open(
        ServerOptions.of(db.address(), "orders", ServerProcess.MANAGER.with(encryption), POLL));
  }

  /** Once it has seen the password, a server lets the account in without it. */
  private static void forget(MySqlProcess db) throws Exception {
    db.run("FLUSH NO_WRITE_TO_BINLOG PRIVILEGES");
  }

  @Test
  void thePasswordIsSentWithTheServersKeyOnly(@TempDir Path dir) throws Exception {
    try (MySqlProcess db = MySqlProcess.start(81, "--tls-version=")) {
      forget(db);
      try (MySqlServer there = at(db, Encryption.PREFERRED)) {
        MySqlServer.Poll.ConnectFailed f = Polls.failed(there);
        assertEquals(PollTrouble.UNENCRYPTED, f.trouble(), f.error());
        assertTrue(f.error().contains("mysql.server-public-key-file"), f.error());
      }
      Path key = Files.writeString(dir.resolve("public_key.pem"), key(db));
      Encryption known = new Encryption(ServerOptions.Tls.PREFERRED, Optional.of(key), false);
      try (MySqlServer there = at(db, known)) {
        assertTrue(Polls.answered(there).readOnly());
      }
      forget(db);
      try (MySqlServer there = at(db, Encryption.plain())) {
        assertTrue(Polls.answered(there).readOnly());
      }
      try (MySqlServer there = at(db, Encryption.of(ServerOptions.Tls.REQUIRED))) {
        assertEquals(PollTrouble.TLS, Polls.failed(there).trouble());
      }
    }
  }

  private static String key(MySqlProcess db) throws Exception {
    try (var c = db.root()) {
      return Rows.text(Rows.first(Rows.query(c, KEY)), "Value");
    }
  }
}
