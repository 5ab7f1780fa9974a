-- The lab's own accounts and tables, on each server, not replicated; before MPP's own from
-- mysql/mysql-prepare.sql, whose dead-man would close the server under this.
SET SESSION sql_log_bin = 0;
SET NAMES utf8mb4;
SET GLOBAL super_read_only = 0;

CREATE DATABASE demo CHARACTER SET utf8mb4;
CREATE TABLE demo.ledger (
  run BIGINT NOT NULL,
  writer INT NOT NULL,
  seq BIGINT NOT NULL,
  at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (run, writer, seq)
) ENGINE = InnoDB;
CREATE TABLE demo.probe (
  server VARCHAR(64) NOT NULL PRIMARY KEY,
  n BIGINT NOT NULL
) ENGINE = InnoDB;

-- The application: data only, no administration, so read_only stops it.
CREATE USER 'app'@'%' IDENTIFIED BY '${app.password}';
GRANT SELECT, INSERT, UPDATE, DELETE ON demo.* TO 'app'@'%';

CREATE USER 'repl'@'%' IDENTIFIED BY '${repl.password}';
GRANT REPLICATION SLAVE ON *.* TO 'repl'@'%';

CHANGE REPLICATION SOURCE TO SOURCE_HOST = '${peer.address}', SOURCE_PORT = ${port},
  SOURCE_USER = 'repl', SOURCE_PASSWORD = '${repl.password}', SOURCE_SSL = 0,
  GET_SOURCE_PUBLIC_KEY = 1, SOURCE_AUTO_POSITION = 1, SOURCE_CONNECT_RETRY = 1,
  SOURCE_RETRY_COUNT = 86400, SOURCE_HEARTBEAT_PERIOD = 1;

ALTER USER 'root'@'localhost' IDENTIFIED BY '${root.password}';
ALTER USER 'root'@'%' IDENTIFIED BY '${root.password}';
SET GLOBAL super_read_only = 1;
