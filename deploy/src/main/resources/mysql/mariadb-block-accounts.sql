-- Only for services with fence.block-accounts in mpp.yml: the accounts that a fence locks, and the
-- procedures that lock and unlock them. Part of mariadb-prepare.sql when MPP runs it; by hand run it
-- after that, in the same session. Nothing of it is in the binary log: what is locked is each
-- server's own.

-- The accounts that MPP locked on this server. One that is locked and not here was locked by
-- somebody else and stays locked.
CREATE TABLE IF NOT EXISTS mpp.blocked (
  user VARCHAR(128) NOT NULL,
  host VARCHAR(255) NOT NULL,
  at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  PRIMARY KEY (user, host)
) ENGINE = InnoDB;
GRANT SELECT ON mpp.blocked TO '${manager.user}'@'${manager.host}';

-- CREATE USER: ALTER USER; BINLOG ADMIN: sql_log_bin. The manager itself gets neither.
GRANT CREATE USER, BINLOG ADMIN ON *.* TO 'mppfence'@'localhost';
GRANT SELECT ON mysql.global_priv TO 'mppfence'@'localhost';
GRANT SELECT, INSERT, DELETE ON mpp.blocked TO 'mppfence'@'localhost';

DELIMITER //
-- Noted first, locked afterwards: after a crash in between the opening unlocks what is unlocked.
CREATE OR REPLACE DEFINER = 'mppfence'@'localhost' PROCEDURE mpp.block_account(
  IN of_user VARCHAR(128), IN of_host VARCHAR(255))
MODIFIES SQL DATA
SQL SECURITY DEFINER
COMMENT 'MPP: an account that nobody logs in with while this server is fenced'
BEGIN
  DECLARE logged INT DEFAULT @@SESSION.sql_log_bin;
  DECLARE found INT DEFAULT NULL;
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN
    SET SESSION sql_log_bin = logged;
    RESIGNAL;
  END;
  SET found = (SELECT COALESCE(JSON_VALUE(Priv, '$.account_locked'), 0) FROM mysql.global_priv
    WHERE User = of_user AND Host = of_host);
  IF of_user IN ('${manager.user}', 'mppfence') THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'this account belongs to MPP';
  ELSEIF found = 0 THEN
    SET SESSION sql_log_bin = 0;
    INSERT IGNORE INTO mpp.blocked (user, host) VALUES (of_user, of_host);
    EXECUTE IMMEDIATE CONCAT('ALTER USER ', QUOTE(of_user), '@', QUOTE(of_host), ' ACCOUNT LOCK');
    SET SESSION sql_log_bin = logged;
  END IF;
  SELECT CASE WHEN found IS NULL THEN 'no such account' WHEN found THEN 'locked before'
    ELSE 'locked' END AS verdict;
END//

CREATE OR REPLACE DEFINER = 'mppfence'@'localhost' PROCEDURE mpp.unblock_accounts()
MODIFIES SQL DATA
SQL SECURITY DEFINER
COMMENT 'MPP: unlocks what mpp.block_account locked'
BEGIN
  DECLARE logged INT DEFAULT @@SESSION.sql_log_bin;
  DECLARE of_user VARCHAR(128);
  DECLARE of_host VARCHAR(255);
  DECLARE more INT DEFAULT 1;
  DECLARE n INT DEFAULT 0;
  DECLARE accounts CURSOR FOR SELECT user, host FROM mpp.blocked;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET more = 0;
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN
    SET SESSION sql_log_bin = logged;
    RESIGNAL;
  END;
  IF @@GLOBAL.read_only = 1 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the server is read-only';
  END IF;
  SET SESSION sql_log_bin = 0;
  OPEN accounts;
  FETCH accounts INTO of_user, of_host;
  WHILE more = 1 DO
    EXECUTE IMMEDIATE
      CONCAT('ALTER USER IF EXISTS ', QUOTE(of_user), '@', QUOTE(of_host), ' ACCOUNT UNLOCK');
    DELETE FROM mpp.blocked WHERE user = of_user AND host = of_host;
    SET n = n + 1;
    FETCH accounts INTO of_user, of_host;
  END WHILE;
  CLOSE accounts;
  SET SESSION sql_log_bin = logged;
  SELECT n AS unlocked;
END//
DELIMITER ;
GRANT EXECUTE ON PROCEDURE mpp.block_account TO 'mppfence'@'localhost';
GRANT EXECUTE ON PROCEDURE mpp.unblock_accounts TO 'mppfence'@'localhost';
GRANT EXECUTE ON PROCEDURE mpp.block_account TO '${manager.user}'@'${manager.host}';
GRANT EXECUTE ON PROCEDURE mpp.unblock_accounts TO '${manager.user}'@'${manager.host}';
