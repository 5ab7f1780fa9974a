package dev.mpp.node.agreement;

import java.nio.file.Path;

/**
 * Mutual TLS between the members: each shows its certificate, and each accepts only certificates
 * that the authority signed.
 *
 * @param key private key, PKCS #8, PEM
 * @param certificate of this member and its chain, PEM
 * @param authority certificates that sign the members', PEM
 */
public record LedgerTls(Path key, Path certificate, Path authority) {}
