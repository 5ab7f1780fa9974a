package dev.mpp.node.exchange;

import dev.mpp.core.model.SiteId;

/**
 * What is known of the connection to one peer.
 *
 * @param up a stream is established, in either direction, and the peer was heard lately
 * @param rttMicros of the last echo, -1 when unknown
 * @param heardAt monotonic instant of the last message; {@link Long#MIN_VALUE} before any
 */
public record Link(SiteId site, boolean up, long rttMicros, long heardAt) {}
