/**
 * What the peer exchange and the operator service share: the codec and the one place where gRPC
 * channels and servers are made.
 */
@NullMarked
package dev.mpp.node.wire;

import org.jspecify.annotations.NullMarked;
