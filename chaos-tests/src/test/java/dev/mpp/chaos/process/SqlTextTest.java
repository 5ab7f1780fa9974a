package dev.mpp.chaos.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.chaos.client.Family;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is known of servers before one runs. */
class SqlTextTest {
  private static final Map<String, String> VALUES =
      Map.of("manager.user", "mpp", "manager.host", "%", "manager.password", "secret");

  @Test
  void delimitersAndCommentsAreUnderstood() {
    String text =
        """
        -- says nothing; at all
        SELECT 1;

        DELIMITER //
        CREATE PROCEDURE a() BEGIN
          SELECT 2;
        END//
        DELIMITER ;
        SELECT CONCAT('x',
          ';');
        SELECT 3\
        """;
    assertEquals(
        List.of(
            "SELECT 1",
            "CREATE PROCEDURE a() BEGIN\n  SELECT 2;\nEND",
            "SELECT CONCAT('x',\n  ';')",
            "SELECT 3"),
        SqlText.statements(text));
  }

  @Test
  void thePackagedSqlIsTakenApart() {
    List<String> statements = SqlText.statements(Template.fill("/mysql/mysql-prepare.sql", VALUES));
    assertEquals(1, statements.stream().filter(s -> s.contains("EVENT mpp.dead_man\nON")).count());
    assertTrue(statements.getLast().startsWith("DO RELEASE_LOCK"), statements.getLast());
    assertFalse(statements.toString().contains("DELIMITER"));
  }

  @Test
  void aFolderSaysItsFamily(@TempDir Path base) throws IOException {
    assertThrows(Trouble.class, () -> DatabaseServer.family(base));
    Files.createDirectories(base.resolve("bin"));
    Files.createFile(base.resolve("bin/mysqld"));
    assertEquals(Family.MYSQL, DatabaseServer.family(base));
    // Older packages of MariaDB have both names.
    Files.createFile(base.resolve("bin/mariadbd"));
    assertEquals(Family.MARIADB, DatabaseServer.family(base));
  }
}
