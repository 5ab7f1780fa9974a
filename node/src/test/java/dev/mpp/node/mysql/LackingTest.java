package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.MariaDbGtidSet;
import dev.mpp.core.model.MySqlGtidSet;
import dev.mpp.core.model.NodeAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which transactions are meant, and what is given to the tool that decodes them. */
class LackingTest {
  private static final String A = "6620a42b-e62d-11f1-b21c-02fc00000001";
  private static final String B = "7765791f-e62e-11f1-ba48-02fc00000001";

  private static Lacking mySql(String has, String active) {
    MySqlGtidSet set = (MySqlGtidSet) GtidSet.parse(has);
    return new Lacking.OfMySql(set.without(GtidSet.parse(active)));
  }

  @Test
  void mySqlTransactionsAreExact() {
    Lacking lacking = mySql(A + ":1-10:20-22," + B + ":5", A + ":1-4:8-21");
    assertEquals(List.of(A + ":5-7", A + ":22", B + ":5"), lacking.items());
    assertTrue(lacking.has(A + ":5") && lacking.has(A + ":22") && lacking.has(B + ":5"));
    assertFalse(lacking.has(A + ":8") || lacking.has(B + ":6") || lacking.has("0-1-5"));
    assertTrue(lacking.noneIn(GtidSet.parse("")), "the first file");
    assertTrue(lacking.noneIn(GtidSet.parse(A + ":1-4")));
    assertFalse(lacking.noneIn(GtidSet.parse(A + ":1-5")));
    assertTrue(mySql(A + ":1-3", A + ":1-3").isEmpty());
    assertEquals(List.of(A + ":1-3"), mySql(A + ":1-3", "").items());
  }

  @Test
  void taggedTransactionsAreOthers() {
    Lacking lacking = mySql(A + ":1-3:batch:1-2", A + ":1-3:batch:1");
    assertEquals(List.of(A + ":batch:2"), lacking.items());
    assertTrue(lacking.has(A + ":batch:2"));
    assertFalse(lacking.has(A + ":2"));
  }

  @Test
  void mariaDbTransactionsAreRanges() {
    MariaDbGtidSet has = (MariaDbGtidSet) GtidSet.parse("0-1-10,0-2-7");
    Lacking lacking = new Lacking.OfMariaDb(has.rangesMissingFrom(GtidSet.parse("0-1-8,0-2-7")));
    assertEquals(List.of("0-1-9..10"), lacking.items());
    assertTrue(lacking.has("0-1-9"));
    assertFalse(lacking.has("0-1-8") || lacking.has("0-2-9") || lacking.has(A + ":9"));
    assertTrue(lacking.noneIn(GtidSet.parse("0-1-8")));
    assertFalse(lacking.noneIn(GtidSet.parse("0-1-9")));
  }

  /** A stand-in for mysqlbinlog says what it was given. */
  @Test
  void thePasswordIsInNoArgumentAndNoEnvironment(@TempDir Path dir) throws Exception {
    Path tool =
        Files.writeString(
            dir.resolve("mysqlbinlog"),
            """
            #!/bin/sh
            echo "args: $*"
            env
            file=${1#--defaults-file=}
            ls -l "$file"
            echo "file: $(cat "$file" | wc -l) $file"
            """);
    Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwx------"));
    DecodedRows rows = DecodedRows.on("/nowhere:" + dir).orElseThrow();
    String said =
        rows.of(
            new NodeAddress("127.0.0.1", 3306),
            new Credentials("root", () -> "hush \\ \"x"),
            mySql(A + ":1-3", A + ":1"),
            "binlog.000007");
    assertFalse(said.contains("hush"), said);
    assertTrue(said.contains("--include-gtids=" + A + ":2-3 --to-last-log binlog.000007"), said);
    assertTrue(said.contains("-rw-") && said.contains("file: 3 "), said);
    String file = said.substring(said.indexOf("file: 3 ") + 8).strip();
    assertFalse(Files.exists(Path.of(file)), "it is gone");
    assertFalse(Files.exists(Path.of(file).getParent()), "so is its directory");
    assertEquals(java.util.Optional.empty(), DecodedRows.on("/nowhere").map(DecodedRows::tool));
  }
}
