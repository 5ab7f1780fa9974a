package dev.mpp.node.mysql;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Sessions that hold something up which a fence may have to wait for. */
final class Blockers implements AutoCloseable {
  private final ServerProcess server;
  private final List<Connection> open = new ArrayList<>();
  private boolean idle;

  /** One kind each; all of them keep their session. */
  enum Kind {
    IDLE_TRANSACTION,
    LOCK_WAITER,
    FOR_UPDATE,
    LOCK_TABLES_WRITE,
    LOCK_TABLES_READ,
    LONG_DML,
    DDL,
    WAITING_DDL,
    GLOBAL_READ_LOCK,
    BACKUP_LOCK,
    XA_OPEN,
    XA_PREPARED
  }

  Blockers(ServerProcess server) {
    this.server = server;
  }

  void stand(Kind kind) throws Exception {
    switch (kind) {
      case IDLE_TRANSACTION -> idleTransaction();
      case LOCK_WAITER -> {
        idleTransaction();
        block("UPDATE app.locks SET v = v + 1 WHERE id = 1");
      }
      case FOR_UPDATE -> {
        idleTransaction();
        block("SELECT * FROM app.locks WHERE id = 1 FOR UPDATE");
      }
      case LOCK_TABLES_WRITE -> {
        Statement s = client();
        s.execute("CREATE TABLE IF NOT EXISTS app.other (id INT PRIMARY KEY)");
        s.execute("LOCK TABLES app.other WRITE");
        s.execute("INSERT IGNORE INTO app.other VALUES (1)");
      }
      case LOCK_TABLES_READ -> client().execute("LOCK TABLES app.locks READ");
      case LONG_DML -> block("UPDATE app.locks SET v = v + SLEEP(30) WHERE id = 2");
      case DDL -> block("CREATE TABLE app.made AS SELECT SLEEP(30) AS v");
      case WAITING_DDL -> {
        idleTransaction();
        block("ALTER TABLE app.locks COMMENT = 'changed'");
      }
      case GLOBAL_READ_LOCK -> administrator().execute("FLUSH TABLES WITH READ LOCK");
      case BACKUP_LOCK -> {
        Statement s = administrator();
        for (String sql : server.backupLock()) {
          s.execute(sql);
        }
      }
      case XA_OPEN -> xa("open", 3);
      case XA_PREPARED -> xa("half", 3).execute("XA PREPARE 'half'");
    }
  }

  private void idleTransaction() throws SQLException {
    if (idle) {
      return;
    }
    idle = true;
    Statement s = client();
    s.execute("SET autocommit = 0");
    s.execute("UPDATE app.locks SET v = v + 1 WHERE id = 1");
  }

  private Statement xa(String id, int row) throws SQLException {
    Statement s = client();
    s.execute("XA START '" + id + "'");
    s.execute("UPDATE app.locks SET v = v + 1 WHERE id = " + row);
    s.execute("XA END '" + id + "'");
    return s;
  }

  Statement client() throws SQLException {
    return keep(server.app());
  }

  private Statement administrator() throws SQLException {
    return keep(server.root());
  }

  private Statement keep(Connection c) throws SQLException {
    open.add(c);
    return c.createStatement();
  }

  /** Runs a statement that does not end, and waits until the server shows it. */
  private void block(String sql) throws Exception {
    Statement s = client();
    Thread.startVirtualThread(
        () -> {
          try {
            s.execute(sql);
          } catch (SQLException e) {
            // Killed, as it should be.
          }
        });
    Eventually.within(
        Duration.ofSeconds(5),
        sql,
        () ->
            !server
                .ask(
                    "SELECT ID FROM information_schema.PROCESSLIST WHERE USER='app' AND INFO = '"
                        + sql.replace("'", "''")
                        + "'")
                .isEmpty());
  }

  /** Breaks the sessions: one that waits does not notice a polite end. */
  @Override
  public void close() {
    open.forEach(Session::abort);
  }
}
