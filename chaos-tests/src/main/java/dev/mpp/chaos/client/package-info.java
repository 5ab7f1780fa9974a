/**
 * What a client of the service sees: the global name by DNS, and MySQL at the address it gives.
 * Knows nothing of MPP.
 */
@NullMarked
package dev.mpp.chaos.client;

import org.jspecify.annotations.NullMarked;
