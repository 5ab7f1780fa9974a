/** The production decisions on virtual clocks, networks and servers; one seed, one schedule. */
@NullMarked
package dev.mpp.chaos.sim;

import org.jspecify.annotations.NullMarked;
