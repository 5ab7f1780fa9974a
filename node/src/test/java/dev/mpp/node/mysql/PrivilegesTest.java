package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What the prepare SQL grants against what servers print. */
class PrivilegesTest {
  private static final Privileges WANTED =
      Privileges.of(
          List.of(
              "GRANT SELECT (User, Host, account_locked) ON mysql.user TO 'mppfence'@'localhost'",
              "GRANT PROCESS, SYSTEM_USER ON *.* TO 'mppfence'@'localhost'"));

  private static List<String> missing(String... printed) {
    return Privileges.of(List.of(printed)).missing(WANTED);
  }

  @Test
  void columnsAreComparedOneByOne() {
    assertEquals(
        List.of(),
        missing(
            "GRANT PROCESS ON *.* TO `mppfence`@`localhost`",
            "GRANT SYSTEM_USER ON *.* TO `mppfence`@`localhost`",
            "GRANT SELECT (`account_locked`, `Host`, `User`) ON `mysql`.`user` TO"
                + " `mppfence`@`localhost`"));
    assertEquals(
        List.of("SYSTEM USER ON *.*", "SELECT (ACCOUNT_LOCKED) ON mysql.user"),
        missing(
            "GRANT PROCESS ON *.* TO `mppfence`@`localhost`",
            "GRANT SELECT (`Host`, `User`) ON `mysql`.`user` TO `mppfence`@`localhost`"));
  }

  @Test
  void theTableHasItsColumns() {
    assertEquals(
        List.of(),
        missing(
            "GRANT PROCESS, SYSTEM_USER ON *.* TO `mppfence`@`localhost`",
            "GRANT SELECT ON `mysql`.`user` TO `mppfence`@`localhost`"));
    assertEquals(List.of(), missing("GRANT ALL PRIVILEGES ON *.* TO `mppfence`@`localhost`"));
  }
}
