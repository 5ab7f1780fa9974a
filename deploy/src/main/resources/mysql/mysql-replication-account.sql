-- Only for services with replication: managed in mpp.yml: the account a server logs in with at the
-- one it follows. Part of mysql-prepare.sql when MPP runs it; by hand put it where that says.
-- Replace ${replication.user}, ${replication.host} (where the other servers connect from) and
-- ${replication.password}, as above.
CREATE USER IF NOT EXISTS '${replication.user}'@'${replication.host}'
  IDENTIFIED WITH caching_sha2_password BY '${replication.password}';
ALTER USER '${replication.user}'@'${replication.host}'
  IDENTIFIED WITH caching_sha2_password BY '${replication.password}';
GRANT REPLICATION SLAVE ON *.* TO '${replication.user}'@'${replication.host}';
