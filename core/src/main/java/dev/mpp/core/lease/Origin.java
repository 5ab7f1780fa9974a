package dev.mpp.core.lease;

import dev.mpp.core.model.SiteId;

/**
 * Who proposed a ledger command. A proposer recognises its own command, and so the moment it read
 * its clock before proposing it, by this when the command is applied.
 *
 * @param incarnation identifies one run of the site's process; never reused
 * @param sequence grows with every proposal of that incarnation, retries included
 */
public record Origin(SiteId site, String incarnation, long sequence) {}
