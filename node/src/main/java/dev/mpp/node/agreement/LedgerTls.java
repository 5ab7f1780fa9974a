package dev.mpp.node.agreement;

import dev.mpp.tls.Rejections;
import dev.mpp.tls.SiteTls;

/**
 * Mutual TLS between the members: each shows its site's certificate, and each speaks for that site
 * only.
 *
 * @param site this member's certificates
 * @param rejections told of everybody who was turned away
 */
public record LedgerTls(SiteTls site, Rejections rejections) {}
