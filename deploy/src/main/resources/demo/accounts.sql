-- The demo's own accounts and tables, on each server, not replicated. MPP's own account and its
-- dead-man event come from mysql/mariadb-prepare.sql.
SET SESSION sql_log_bin = 0;
SET NAMES utf8mb4;

DELETE FROM mysql.global_priv WHERE User = '' OR (User = 'root' AND Host <> 'localhost');
DELETE FROM mysql.proxies_priv WHERE Host <> 'localhost';
FLUSH NO_WRITE_TO_BINLOG PRIVILEGES;

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
CREATE TABLE demo.notes (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  note VARCHAR(200) NOT NULL,
  at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
) ENGINE = InnoDB;

-- The application: data only, no administration, so read_only stops it.
CREATE USER 'app'@'%' IDENTIFIED BY '${app.password}';
GRANT SELECT, INSERT, UPDATE, DELETE ON demo.* TO 'app'@'%';

CREATE USER 'repl'@'%' IDENTIFIED BY '${repl.password}';
GRANT REPLICATION SLAVE ON *.* TO 'repl'@'%';

CHANGE MASTER TO MASTER_HOST = '${peer.address}', MASTER_PORT = ${port},
  MASTER_USER = 'repl', MASTER_PASSWORD = '${repl.password}', MASTER_SSL = 0,
  MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 1, MASTER_HEARTBEAT_PERIOD = 1;

ALTER USER 'root'@'localhost' IDENTIFIED BY '${root.password}';
