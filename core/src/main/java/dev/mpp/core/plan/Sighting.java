package dev.mpp.core.plan;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.SiteId;

/**
 * What a server that was ACTIVE had executed when it was seen.
 *
 * @param at when this process heard of it
 * @param wallMillis of the poll, by the clock of its site, for display
 * @param fenced it was read-only already and received nothing: this is all it had
 */
record Sighting(
    SiteId site, NodeAddress node, GtidSet executed, long at, long wallMillis, boolean fenced) {}
