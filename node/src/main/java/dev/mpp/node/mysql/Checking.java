package dev.mpp.node.mysql;

import dev.mpp.core.model.NodeAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/** What servers of one family need for MPP, and where they show whether they have it. */
sealed interface Checking permits MariaDbChecking, MySqlChecking {

  /** The packaged SQL. */
  PrepareSql sql(Credentials manager, String host);

  /** The section of the configuration file that the server reads. */
  String section();

  /**
   * The settings MPP relies on.
   *
   * @param semiSync whether the service waits for acknowledgements
   * @param zero whether it may lose no acknowledged write
   */
  List<Setting> settings(Connection c, boolean semiSync, boolean zero) throws SQLException;

  /**
   * A query: {@code name}, {@code value} and {@code origin} of every variable; the origin is {@code
   * SQL} when it was set while the server ran.
   */
  String variables();

  /** The variable that has the server boot fenced. */
  String readOnly();

  /** A query: {@code Binlog_Do_DB} and {@code Binlog_Ignore_DB}. */
  String binlogFilters(Connection c) throws SQLException;

  /** What replication leaves out, as {@code option=value}. */
  List<String> replicationFilters(Connection c) throws SQLException;

  AccountCheck.Names accounts();

  /** The schema, the event and the procedure of the prepare SQL. */
  List<Finding> objects(Connection c, PrepareSql sql) throws SQLException;

  /** Whether the server's event or procedure is the one that the prepare SQL would make now. */
  boolean current(Connection c, PrepareSql sql, String name) throws SQLException;

  /** How it is set up to follow another one. */
  List<Finding> replication(Connection c, Set<NodeAddress> others) throws SQLException;

  /** What only this family has. */
  List<Finding> more(Connection c, boolean semiSync) throws SQLException;

  /** A query: {@code id}, {@code domain} and {@code uuid}, as far as the family has them. */
  String identity();

  /**
   * Two queries: {@code state}, {@code own} and {@code read_only}; then the state of replication.
   * {@code own} changes when this session writes to the binary log.
   */
  String position();

  /** The column of the second result that says whether something is applied. */
  String applies();
}
