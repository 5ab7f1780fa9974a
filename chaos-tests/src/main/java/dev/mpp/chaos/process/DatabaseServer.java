package dev.mpp.chaos.process;

import dev.mpp.chaos.client.Family;
import java.nio.file.Files;
import java.nio.file.Path;

/** The server of one site: its files, and how it is started. It always boots fenced. */
public sealed interface DatabaseServer permits MariaDb, MySql {

  Path log();

  /** Started, and answering. */
  Child start();

  /** Makes system tables, accounts, tables, MPP's event and the link to the peer, from nothing. */
  void prepare();

  /**
   * Runs statements as root.
   *
   * @return what they answered, a line a row, columns with tabs between them
   */
  String administer(String password, String sql, String what);

  /** Root may log in from everywhere, with the same password. The server runs. */
  void letRootIn(String password);

  /**
   * Of a folder of binaries, by what is in its {@code bin}.
   *
   * @throws Trouble when neither of the two is there
   */
  static Family family(Path base) {
    if (Files.exists(base.resolve("bin/mariadbd"))) {
      return Family.MARIADB;
    }
    if (Files.exists(base.resolve("bin/mysqld"))) {
      return Family.MYSQL;
    }
    throw new Trouble(
        base + ": neither bin/mariadbd nor bin/mysqld is there",
        "name the folder of a server's binaries, with bin/ and share/ (MySQL: and lib/plugin/)");
  }

  /**
   * @param folder has the passwords
   * @param peer address of the server it follows when MPP says so
   * @param base of the binaries
   * @param own the binaries that come with MPP, with a client for those without one
   */
  static DatabaseServer of(
      Folder folder,
      Place place,
      String peer,
      int port,
      int serverId,
      Path base,
      Path own,
      Children children) {
    return switch (family(base)) {
      case MARIADB -> new MariaDb(folder, place, peer, port, serverId, base, own, children);
      case MYSQL -> new MySql(folder, place, peer, port, serverId, base, children);
    };
  }
}
