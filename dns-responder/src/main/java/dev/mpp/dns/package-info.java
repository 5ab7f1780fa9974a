/**
 * A small authoritative DNS responder whose answers can expire by themselves.
 *
 * <p>{@link dev.mpp.dns.AnswerTable} is an immutable picture of one or more zones; {@link
 * dev.mpp.dns.AnswerEngine} turns a query, a table and the time into a response and does nothing
 * else (same input, same output: no I/O, no clock, no randomness); {@link dev.mpp.dns.DnsResponder}
 * owns the sockets. A name may be <i>live</i> ({@link dev.mpp.dns.Liveness}): its TTL counts down
 * with the lease behind it, and past a deadline it fails rather than lies, even when nobody
 * publishes a new table.
 *
 * <p>The JDK is the only dependency.
 */
@NullMarked
package dev.mpp.dns;

import org.jspecify.annotations.NullMarked;
