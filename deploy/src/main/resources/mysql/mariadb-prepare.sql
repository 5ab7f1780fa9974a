-- What MPP needs on a MariaDB server (10.11 or newer): the manager's account, the dead-man event
-- and the procedure of every opening with their locked account, and the table of the canary commit.
--
-- Run it as an administrator on EVERY server of the service; it writes nothing to the binary log,
-- may be run again at any time, and works while the server is read-only. Replace first:
--   ${manager.user}      name of the manager's account, for example mpp
--   ${manager.host}      where it connects from, for example % or 10.0.0.%
--   ${manager.password}  its password, quotes and backslashes escaped
-- The server itself needs event_scheduler=ON and the other settings of docs/mysql.md.

SET SESSION sql_log_bin = 0;
SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION';
SET NAMES utf8mb4;
-- The general and the slow log would have the passwords as they are.
SET SESSION sql_log_off = 1, long_query_time = 31536000;

CREATE DATABASE IF NOT EXISTS mpp CHARACTER SET utf8mb4;

-- One row per service: the epoch that last made this data writable, and the numbers that the last
-- openings left out, each as domain-next>server-last,server-last: who has one of them diverged. Its
-- time is the number of the newest heartbeat.
CREATE TABLE IF NOT EXISTS mpp.canary (
  service VARCHAR(64) NOT NULL PRIMARY KEY,
  epoch BIGINT UNSIGNED NOT NULL,
  site VARCHAR(64) NOT NULL,
  at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)
) ENGINE = InnoDB;
ALTER TABLE mpp.canary ADD COLUMN IF NOT EXISTS gaps TEXT NOT NULL DEFAULT '';

-- The manager. READ ONLY ADMIN: set read_only; CONNECTION ADMIN and PROCESS: find and kill
-- sessions; the rest: replication and its state. It can read no data of the application.
CREATE USER IF NOT EXISTS '${manager.user}'@'${manager.host}';
ALTER USER '${manager.user}'@'${manager.host}' IDENTIFIED BY '${manager.password}';
GRANT READ ONLY ADMIN, CONNECTION ADMIN, PROCESS, REPLICATION SLAVE ADMIN,
  REPLICATION MASTER ADMIN, SLAVE MONITOR, BINLOG MONITOR
  ON *.* TO '${manager.user}'@'${manager.host}';
GRANT SELECT, INSERT, UPDATE, DELETE ON mpp.canary TO '${manager.user}'@'${manager.host}';
GRANT SELECT ON mysql.event TO '${manager.user}'@'${manager.host}';

-- The account the event and the procedure run as. Nobody can log in with it. BINLOG REPLAY: choose
-- the number of a transaction; the manager itself may only call the procedure that does.
CREATE USER IF NOT EXISTS 'mppfence'@'localhost' ACCOUNT LOCK;
GRANT READ ONLY ADMIN, CONNECTION ADMIN, PROCESS, BINLOG REPLAY ON *.* TO 'mppfence'@'localhost';
GRANT EVENT ON mpp.* TO 'mppfence'@'localhost';
GRANT SELECT, INSERT, UPDATE ON mpp.canary TO 'mppfence'@'localhost';

-- The dead-man. While the manager does not hold mpp_lease this server must not be writable. Any
-- account may take a named lock: one that is held by another account counts for nothing, and its
-- session is ended. The short second look lets a manager that lost its session for a moment come
-- back. The event holds the lock itself while it fences, so that nobody can make the server writable
-- in between.
-- The first attempt does not wait (an idle server is read-only within a millisecond); when a
-- session is in the way every client is killed and the next attempt waits 1 s, during which no new
-- write can start. Spared: replication, system threads, and the manager unless it is writing.
DELIMITER //
CREATE OR REPLACE DEFINER = 'mppfence'@'localhost' EVENT mpp.dead_man
ON SCHEDULE EVERY 1 SECOND ON COMPLETION PRESERVE ENABLE
COMMENT 'MPP: read-only unless a manager holds mpp_lease'
DO BEGIN
  DECLARE victim BIGINT;
  DECLARE more INT DEFAULT 0;
  DECLARE rounds INT DEFAULT 0;
  DECLARE looks INT DEFAULT 0;
  DECLARE holder BIGINT;
  DECLARE owner VARCHAR(128);
  DECLARE held INT DEFAULT 0;
  DECLARE intruder INT DEFAULT 0;
  DECLARE clients CURSOR FOR
    SELECT ID FROM information_schema.PROCESSLIST
    WHERE ID <> CONNECTION_ID()
      AND USER NOT IN ('system user', 'event_scheduler', 'mppfence')
      AND COMMAND NOT IN ('Binlog Dump', 'Daemon', 'Killed')
      AND (USER <> '${manager.user}' OR COALESCE(INFO, '') LIKE '%mpp.canary%');
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET more = 0;
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
  WHILE looks < 2 DO
    SET looks = looks + 1;
    SET holder = IS_USED_LOCK('mpp_lease');
    SET owner = NULL;
    IF holder IS NOT NULL THEN
      SET owner = (SELECT MAX(USER) FROM information_schema.PROCESSLIST WHERE ID = holder);
    END IF;
    SET held = owner IS NOT NULL AND owner IN ('${manager.user}', 'mppfence');
    IF owner IS NOT NULL AND NOT held THEN
      SET intruder = 1;
      KILL holder;
    END IF;
    IF held OR @@GLOBAL.read_only = 1 THEN
      SET looks = 2;
    ELSEIF looks = 1 THEN
      DO SLEEP(0.25);
    END IF;
  END WHILE;
  IF @@GLOBAL.read_only = 0 AND NOT held THEN
    IF GET_LOCK('mpp_lease', 0) = 1 OR intruder = 1 THEN
      SET SESSION lock_wait_timeout = 0;
      SET GLOBAL read_only = 1;
      WHILE @@GLOBAL.read_only = 0 AND rounds < 30 DO
        SET rounds = rounds + 1;
        SET more = 1;
        OPEN clients;
        FETCH clients INTO victim;
        WHILE more = 1 DO
          KILL victim;
          FETCH clients INTO victim;
        END WHILE;
        CLOSE clients;
        SET SESSION lock_wait_timeout = 1;
        SET GLOBAL read_only = 1;
      END WHILE;
      DO RELEASE_LOCK('mpp_lease');
    END IF;
  END IF;
END//

-- Called right before clients are let in, while the server is still read-only: one transaction whose
-- GTID is far beyond every number this server has seen. A crash may have truncated transactions that
-- a replica already had; their numbers are never given again. A transaction of this kind that was
-- itself truncated is not repeated either: the next opening has another epoch, or the same row.
-- No gtid_strict_mode replica connects over such a gap with a number from inside it.
CREATE OR REPLACE DEFINER = 'mppfence'@'localhost' PROCEDURE mpp.jump(
  IN of_service VARCHAR(64), IN of_epoch BIGINT UNSIGNED, IN of_site VARCHAR(64))
MODIFIES SQL DATA
SQL SECURITY DEFINER
COMMENT 'MPP: a transaction with a number that was never used'
BEGIN
  DECLARE goal BIGINT UNSIGNED;
  DECLARE gap TEXT;
  SELECT MAX(CAST(SUBSTRING_INDEX(gtid, '-', -1) AS UNSIGNED)) + 1000000 + of_epoch INTO goal
  FROM JSON_TABLE(
    CONCAT('["', REPLACE(CONCAT_WS(',', '0-0-0', NULLIF(@@GLOBAL.gtid_binlog_state, ''),
      NULLIF(@@GLOBAL.gtid_slave_pos, '')), ',', '","'), '"]'),
    '$[*]' COLUMNS (gtid VARCHAR(80) PATH '$')) AS seen;
  IF NOT (IS_USED_LOCK('mpp_lease') <=> CONNECTION_ID()) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the dead-man lock is not held by this session';
  END IF;
  SELECT CONCAT(@@SESSION.gtid_domain_id, '-', goal, '>',
    COALESCE(GROUP_CONCAT(CONCAT(server, '-', last) ORDER BY server), '')) INTO gap
  FROM (
    SELECT CAST(SUBSTRING_INDEX(SUBSTRING_INDEX(gtid, '-', 2), '-', -1) AS UNSIGNED) AS server,
      MAX(CAST(SUBSTRING_INDEX(gtid, '-', -1) AS UNSIGNED)) AS last
    FROM JSON_TABLE(
      CONCAT('["', REPLACE(CONCAT_WS(',', '0-0-0', NULLIF(@@GLOBAL.gtid_binlog_state, ''),
        NULLIF(@@GLOBAL.gtid_slave_pos, '')), ',', '","'), '"]'),
      '$[*]' COLUMNS (gtid VARCHAR(80) PATH '$')) AS seen
    WHERE SUBSTRING_INDEX(gtid, '-', 1) = @@SESSION.gtid_domain_id
    GROUP BY server HAVING last > 0) AS heads;
  SET SESSION gtid_seq_no = goal;
  INSERT INTO mpp.canary (service, epoch, site, gaps) VALUES (of_service, of_epoch, of_site, gap)
    ON DUPLICATE KEY UPDATE epoch = VALUES(epoch), site = VALUES(site), at = CURRENT_TIMESTAMP(6),
    gaps = SUBSTRING_INDEX(CONCAT_WS(';', NULLIF(gaps, ''), VALUES(gaps)), ';', -32);
  IF NOT (SUBSTRING_INDEX(@@SESSION.last_gtid, '-', -1) <=> goal) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT =
      'the transaction is not in the binary log: look at log_bin and the binlog_ filters';
  END IF;
END//
DELIMITER ;
GRANT EXECUTE ON PROCEDURE mpp.jump TO 'mppfence'@'localhost';
GRANT EXECUTE ON PROCEDURE mpp.jump TO '${manager.user}'@'${manager.host}';

-- With fence.block-accounts the statements of mariadb-block-accounts.sql come here.
-- With replication: managed the statements of mariadb-replication-account.sql come here.
