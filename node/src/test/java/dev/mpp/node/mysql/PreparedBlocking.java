package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.NodeAddress;
import java.nio.file.Path;

/** {@code mpp mysql prepare} and {@code check} for a service with {@code fence.block-accounts}. */
final class PreparedBlocking {
  private static final NodeAddress NOBODY = new NodeAddress("192.0.2.1", 3306);

  private PreparedBlocking() {}

  /**
   * @param db prepared for services without the option
   */
  static void isMadeAndChecked(ServerProcess db, Path dir) throws Exception {
    Mpp mpp = new Mpp(dir, "fence: {block-accounts: [\"app@%\"]}", db.address(), NOBODY);
    String node = db.address().toString();
    String before = db.ask("SELECT " + db.position());

    Mpp.Result lacking = mpp.asRoot("mysql", "check", node);
    assertEquals(1, lacking.exit(), lacking.out() + lacking.err());
    assertTrue(lacking.out().contains("no table mpp.blocked"), lacking.out());
    assertTrue(lacking.out().contains("lacks EXECUTE ON PROCEDURE mpp.block"), lacking.out());
    preparedAndRight(mpp, node);

    db.locally(
        "DROP PROCEDURE mpp.block_account; CREATE DEFINER = mppfence@localhost PROCEDURE"
            + " mpp.block_account(IN a INT) SELECT a");
    Mpp.Result old = mpp.asRoot("mysql", "check", node);
    assertEquals(1, old.exit(), old.out() + old.err());
    assertTrue(old.out().contains("mpp.block_account is not the one of this"), old.out());
    preparedAndRight(mpp, node);

    assertEquals(before, db.ask("SELECT " + db.position()), "it was logged");
    assertEquals("1", db.ask("SELECT " + db.readOnly()));
  }

  private static void preparedAndRight(Mpp mpp, String node) {
    Mpp.Result done = mpp.asRoot("mysql", "prepare", node);
    assertEquals(0, done.exit(), done.out() + done.err());
    Mpp.Result checked = mpp.asRoot("mysql", "check", "--verbose", node);
    assertEquals(0, checked.exit(), checked.out() + checked.err());
    assertTrue(checked.out().contains("mpp.block_account is there"), checked.out());
    assertTrue(checked.out().contains("mpp.unblock_accounts is there"), checked.out());
    Mpp.Result again = mpp.asRoot("mysql", "prepare", node);
    assertTrue(again.out().contains("nothing to do"), again.out());
  }
}
