package dev.mpp.node.mysql;

/**
 * The account with which a server logs in at its source, where MPP configures replication.
 *
 * @param tls demand an encrypted session with the source; what else was configured of TLS there,
 *     such as a CA, is left as it is
 */
public record ReplicationAccount(Credentials credentials, boolean tls) {}
