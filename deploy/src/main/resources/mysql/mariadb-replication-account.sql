-- Only for services with replication: managed in mpp.yml: the account a server logs in with at the
-- one it follows. Part of mariadb-prepare.sql when MPP runs it; by hand run it after that, in the
-- same session. Replace ${replication.user}, ${replication.host} (where the other servers connect
-- from) and ${replication.password}, as above.
CREATE USER IF NOT EXISTS '${replication.user}'@'${replication.host}';
ALTER USER '${replication.user}'@'${replication.host}' IDENTIFIED BY '${replication.password}';
GRANT REPLICATION SLAVE ON *.* TO '${replication.user}'@'${replication.host}';
