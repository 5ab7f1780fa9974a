-- What MPP needs on a MySQL server (8.0.26 or newer): the manager's account, the dead-man event and
-- the procedure of every opening with their locked account, and the table of the canary commit.
--
-- Run it as an administrator (root) on EVERY server of the service; it writes nothing to the binary
-- log and may be run again at any time. Replace first:
--   ${manager.user}      name of the manager's account, for example mpp
--   ${manager.host}      where it connects from, for example % or 10.0.0.%
--   ${manager.password}  its password, quotes and backslashes escaped
-- The server itself needs the settings of docs/mysql.md, the semi-synchronous plugins among them.
--
-- On a server with super_read_only=1 nobody can create anything, so that it is switched off for the
-- moment (read_only stays on: applications cannot write), while this session holds the dead-man's
-- lock, so that MPP does not open the server meanwhile. Without the lock it stays closed, and the
-- first CREATE ends with error 1290; so it does when a node of MPP that polls in this moment closes
-- the server again: run it again. Should it end early, MPP or SET GLOBAL super_read_only=1 closes
-- the server again.

SET SESSION sql_log_bin = 0;
SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION';
SET SESSION time_zone = '+00:00';
SET NAMES utf8mb4;
SET @mpp_before = @@GLOBAL.super_read_only;
DO IF(@mpp_before, GET_LOCK('mpp_lease', 5), 0);
SET GLOBAL super_read_only = IF(IS_USED_LOCK('mpp_lease') <=> CONNECTION_ID(), 0, @mpp_before);

CREATE DATABASE IF NOT EXISTS mpp CHARACTER SET utf8mb4;

-- The dead-man sleeps while super_read_only is on and would close the server in the middle of this;
-- it is made anew at the end.
DROP EVENT IF EXISTS mpp.dead_man;

-- One row per service: the epoch that last made this data writable, and the newest heartbeat, whose
-- number is the time it has.
CREATE TABLE IF NOT EXISTS mpp.canary (
  service VARCHAR(64) NOT NULL PRIMARY KEY,
  epoch BIGINT UNSIGNED NOT NULL,
  site VARCHAR(64) NOT NULL,
  at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)
) ENGINE = InnoDB;

-- The manager. SYSTEM_VARIABLES_ADMIN and CONNECTION_ADMIN: set super_read_only, find and kill
-- sessions; SYSTEM_USER: kill those of administrators, too; the rest: replication and its state. It
-- can read no data of the application.
CREATE USER IF NOT EXISTS '${manager.user}'@'${manager.host}'
  IDENTIFIED WITH caching_sha2_password BY '${manager.password}';
ALTER USER '${manager.user}'@'${manager.host}'
  IDENTIFIED WITH caching_sha2_password BY '${manager.password}';
GRANT PROCESS, REPLICATION CLIENT ON *.* TO '${manager.user}'@'${manager.host}';
GRANT SYSTEM_VARIABLES_ADMIN, CONNECTION_ADMIN, SYSTEM_USER, REPLICATION_SLAVE_ADMIN,
  XA_RECOVER_ADMIN ON *.* TO '${manager.user}'@'${manager.host}';
GRANT SELECT, INSERT, UPDATE, DELETE ON mpp.canary TO '${manager.user}'@'${manager.host}';
-- It sees the event and whether it runs; EVENT lets nobody act as the event's own account.
GRANT EVENT ON mpp.* TO '${manager.user}'@'${manager.host}';

-- The account the event and the procedure run as. Nobody can log in with it.
CREATE USER IF NOT EXISTS 'mppfence'@'localhost' ACCOUNT LOCK;
GRANT PROCESS ON *.* TO 'mppfence'@'localhost';
GRANT SYSTEM_VARIABLES_ADMIN, CONNECTION_ADMIN, SYSTEM_USER ON *.* TO 'mppfence'@'localhost';
GRANT EVENT ON mpp.* TO 'mppfence'@'localhost';
GRANT SELECT ON mpp.canary TO 'mppfence'@'localhost';

-- Makes the server writable, in the session that holds the dead-man lock, unless this data has seen
-- a later epoch or the server's clock has passed the time given.
DROP PROCEDURE IF EXISTS mpp.open_server;
DELIMITER //
CREATE DEFINER = 'mppfence'@'localhost' PROCEDURE mpp.open_server(
  IN of_service VARCHAR(64), IN of_epoch BIGINT UNSIGNED,
  IN sent DATETIME(6), IN within_micros BIGINT)
READS SQL DATA
SQL SECURITY DEFINER
COMMENT 'MPP: writable, under the dead-man lock'
BEGIN
  DECLARE seen BIGINT UNSIGNED DEFAULT 0;
  DECLARE problem TEXT DEFAULT '';
  SELECT COALESCE(MAX(epoch), 0) INTO seen FROM mpp.canary WHERE service = of_service;
  IF NOT (IS_USED_LOCK('mpp_lease') <=> CONNECTION_ID()) THEN
    SET problem = 'the dead-man lock is not held by this session';
  ELSEIF EXISTS (SELECT 1 FROM information_schema.PROCESSLIST
      WHERE INFO LIKE 'SET GLOBAL super_read_only%') THEN
    -- A session that sets the flag goes on when its client is gone.
    SET problem = 'a fence of this server has not ended';
  ELSEIF seen > of_epoch THEN
    SET problem = CONCAT('a later epoch was here: ', seen,
      '; is the ledger founded anew? then empty mpp.canary, without the binary log');
  ELSEIF SYSDATE(6) > sent + INTERVAL within_micros MICROSECOND THEN
    SET problem = 'the statement came too late';
  ELSE
    -- Takes super_read_only down with it.
    SET GLOBAL read_only = 0;
  END IF;
  SELECT problem AS verdict, CONNECTION_ID() AS id;
END//
DELIMITER ;
GRANT EXECUTE ON PROCEDURE mpp.open_server TO 'mppfence'@'localhost';
GRANT EXECUTE ON PROCEDURE mpp.open_server TO '${manager.user}'@'${manager.host}';

-- With fence.block-accounts the statements of mysql-block-accounts.sql come here.
-- With replication: managed the statements of mysql-replication-account.sql come here.

-- The dead-man. While the manager does not hold mpp_lease this server must not be writable. Any
-- account may take a named lock: one that is held by another account counts for nothing, and its
-- session is ended. The short second look lets a manager that lost its session for a moment come
-- back. The event holds the lock itself while it fences, so that nobody can make the server writable
-- in between.
-- The first attempt does not wait; when a session is in the way every client is killed and the next
-- attempt waits 1 s, during which no new write can start. Spared: replication, system threads, and
-- the manager unless it is writing. A commit that waits for a semi-synchronous acknowledgement
-- cannot be killed: it holds the flag up, and is not acknowledged. Waiting is not switched off here.
DELIMITER //
CREATE DEFINER = 'mppfence'@'localhost' EVENT mpp.dead_man
ON SCHEDULE EVERY 1 SECOND ON COMPLETION PRESERVE ENABLE
COMMENT 'MPP: read-only unless a manager holds mpp_lease'
DO BEGIN
  DECLARE victim BIGINT UNSIGNED;
  DECLARE more INT DEFAULT 0;
  DECLARE rounds INT DEFAULT 0;
  DECLARE looks INT DEFAULT 0;
  DECLARE holder BIGINT UNSIGNED;
  DECLARE owner VARCHAR(128);
  DECLARE held INT DEFAULT 0;
  DECLARE intruder INT DEFAULT 0;
  DECLARE clients CURSOR FOR
    SELECT ID FROM information_schema.PROCESSLIST
    WHERE ID <> CONNECTION_ID()
      AND USER NOT IN ('system user', 'event_scheduler', 'mysql.session', 'mppfence')
      AND COMMAND NOT IN ('Binlog Dump', 'Binlog Dump GTID', 'Daemon', 'Killed')
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
    IF held OR (@@GLOBAL.read_only = 1 AND @@GLOBAL.super_read_only = 1) THEN
      SET looks = 2;
    ELSEIF looks = 1 THEN
      DO SLEEP(0.25);
    ELSEIF owner IS NOT NULL THEN
      SET intruder = 1;
      KILL holder;
    END IF;
  END WHILE;
  IF (@@GLOBAL.read_only = 0 OR @@GLOBAL.super_read_only = 0) AND NOT held THEN
    IF GET_LOCK('mpp_lease', 0) = 1 OR intruder = 1 THEN
      SET SESSION lock_wait_timeout = 1;
      SET GLOBAL super_read_only = 1;
      WHILE (@@GLOBAL.read_only = 0 OR @@GLOBAL.super_read_only = 0) AND rounds < 30 DO
        SET rounds = rounds + 1;
        SET more = 1;
        OPEN clients;
        FETCH clients INTO victim;
        WHILE more = 1 DO
          KILL victim;
          FETCH clients INTO victim;
        END WHILE;
        CLOSE clients;
        SET GLOBAL super_read_only = 1;
      END WHILE;
      DO RELEASE_LOCK('mpp_lease');
    END IF;
  END IF;
END//
DELIMITER ;

SET GLOBAL super_read_only =
  IF(IS_USED_LOCK('mpp_lease') <=> CONNECTION_ID(), @mpp_before, @@GLOBAL.super_read_only);
DO RELEASE_LOCK('mpp_lease');
