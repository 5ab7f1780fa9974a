-- Only for services with fence.block-accounts in mpp.yml: the accounts that a fence locks, and the
-- procedures that lock and unlock them. Part of mysql-prepare.sql when MPP runs it; by hand put
-- it where that says. Nothing of it is in the binary log: what is locked is each
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

-- CREATE USER: ALTER USER. The manager itself does not get it.
GRANT CREATE USER ON *.* TO 'mppfence'@'localhost';
GRANT SELECT (User, Host, account_locked) ON mysql.user TO 'mppfence'@'localhost';
GRANT SELECT, INSERT, DELETE ON mpp.blocked TO 'mppfence'@'localhost';

DELIMITER //
-- Noted first, locked afterwards: after a crash in between the opening unlocks what is unlocked.
DROP PROCEDURE IF EXISTS mpp.block_account//
CREATE DEFINER = 'mppfence'@'localhost' PROCEDURE mpp.block_account(
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
  SET found = (SELECT account_locked = 'Y' FROM mysql.user
    WHERE User = of_user AND Host = of_host);
  IF of_user IN ('${manager.user}', 'mppfence') THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'this account belongs to MPP';
  ELSEIF found = 0 THEN
    SET SESSION sql_log_bin = 0;
    INSERT IGNORE INTO mpp.blocked (user, host) VALUES (of_user, of_host);
    SET @mpp_sql = CONCAT('ALTER USER ', QUOTE(of_user), '@', QUOTE(of_host), ' ACCOUNT LOCK');
    PREPARE mpp_statement FROM @mpp_sql;
    EXECUTE mpp_statement;
    DEALLOCATE PREPARE mpp_statement;
    SET SESSION sql_log_bin = logged;
  END IF;
  SELECT CASE WHEN found IS NULL THEN 'no such account' WHEN found THEN 'locked before'
    ELSE 'locked' END AS verdict;
END//

DROP PROCEDURE IF EXISTS mpp.unblock_accounts//
CREATE DEFINER = 'mppfence'@'localhost' PROCEDURE mpp.unblock_accounts()
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
    SET @mpp_sql =
      CONCAT('ALTER USER IF EXISTS ', QUOTE(of_user), '@', QUOTE(of_host), ' ACCOUNT UNLOCK');
    PREPARE mpp_statement FROM @mpp_sql;
    EXECUTE mpp_statement;
    DEALLOCATE PREPARE mpp_statement;
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
