package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which family a server is of, and what it says of its replication. */
class DialectTest {

  @Test
  void theGreetingTellsTheFamily() throws Exception {
    for (String mySql : new String[] {"8.0.26", "8.0.33-25", "8.4.5", "9.7.4-2", "10.0.1"}) {
      assertEquals("MySQL", Dialect.of(mySql).name(), mySql);
    }
    for (String mariaDb :
        new String[] {
          "11.4.5-MariaDB-log",
          "5.5.5-10.11.6-MariaDB-0+deb12u1",
          "10.11.19-MariaDB",
          "12.0.2-MariaDB"
        }) {
      assertEquals("MariaDB", Dialect.of(mariaDb).name(), mariaDb);
    }
  }

  @Test
  void whatIsTooOldIsRefusedByItsVersion() {
    for (String old : new String[] {"5.7.44", "8.0.25", "5.5.5-10.6.18-MariaDB", "nonsense"}) {
      LinkException e = assertThrows(LinkException.class, () -> Dialect.of(old), old);
      assertTrue(e.getMessage().contains(old + " is not supported"), e.getMessage());
      assertTrue(e.getMessage().contains("MySQL 8.0.26 or newer"), e.getMessage());
    }
  }

  @Test
  void anotherFamilyAtTheSameAddressIsRefused() throws Exception {
    Family family = new Family();
    Dialect first = family.seen("8.0.33");
    assertSame(first, family.seen("8.4.5"), "an upgrade is no other family");
    LinkException e = assertThrows(LinkException.class, () -> family.seen("11.4.5-MariaDB"));
    assertTrue(e.getMessage().contains("was a MySQL server and is now MariaDB"), e.getMessage());
    assertSame(first, family.get());
  }

  @Test
  void aSourceThatLostTheEndOfItsLogIsADivergence() {
    Map<String, String> row =
        Map.of(
            "Auto_Position",
            "1",
            "Last_IO_Error",
            "Got fatal error 1236 from source when reading data from binary log: 'Replica has more"
                + " GTIDs than the source has, using the source's SERVER_UUID.'");
    assertTrue(MySqlPoll.error(row).startsWith("diverged from its source: "), MySqlPoll.error(row));
    assertTrue(MySqlPoll.error(Map.of("Auto_Position", "0")).contains("SOURCE_AUTO_POSITION = 1"));
    assertEquals(
        "purged", MySqlPoll.error(Map.of("Auto_Position", "1", "Last_IO_Error", "purged")));
  }
}
