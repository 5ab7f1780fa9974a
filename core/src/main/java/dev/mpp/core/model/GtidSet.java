package dev.mpp.core.model;

/**
 * The transactions a server has executed, as its family writes them: a MariaDB GTID list ({@code
 * 0-21021-24542,…}, every transaction of a domain and server up to that sequence number) or a MySQL
 * GTID set ({@code uuid:1-5:7,…}).
 */
public sealed interface GtidSet permits MariaDbGtidSet, MySqlGtidSet {

  /**
   * Parses either form; an empty text is the empty MariaDB list, which every set contains.
   *
   * @throws IllegalArgumentException if the text is neither
   */
  static GtidSet parse(String text) {
    String t = text.replaceAll("\\s+", "");
    return t.indexOf(':') >= 0 ? MySqlGtidSet.of(t) : MariaDbGtidSet.of(t);
  }

  boolean isEmpty();

  /** Whether every transaction of {@code other} is in this set; sets of two families never are. */
  boolean contains(GtidSet other);

  /** Whether the two can be compared: one is empty, or both are of one family. */
  default boolean comparable(GtidSet other) {
    return isEmpty() || other.isEmpty() || getClass() == other.getClass();
  }

  /**
   * Whether what was received reaches {@code goal}. MySQL: every transaction of the goal is there.
   * MariaDB: its receivers tell the last transaction of each domain only, so that sequence numbers
   * decide. False for two families.
   */
  boolean reaches(GtidSet goal);

  /**
   * How far this set has advanced, comparable only between servers of one replication topology:
   * MySQL counts transactions, MariaDB adds up the highest sequence number of each domain.
   */
  long advance();

  /**
   * The transactions of this set that {@code other} lacks, in the family's notation (MariaDB: one
   * {@code domain-server-from..to} item per server), empty when there are none.
   */
  String missingFrom(GtidSet other);

  /**
   * The transactions of this set that {@code other} lacks, exactly: unlike {@link #missingFrom}
   * without the numbers that this set itself never had. Of a set of another family, all of them.
   */
  Transactions beyond(GtidSet other);
}
