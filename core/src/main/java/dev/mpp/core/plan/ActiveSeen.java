package dev.mpp.core.plan;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.SiteId;

/** The ACTIVE node as a fresh view shows it, in this site or another. */
record ActiveSeen(SiteId site, NodeAddress node, ServerFacts facts) {}
