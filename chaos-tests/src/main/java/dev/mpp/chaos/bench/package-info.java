/** Benchmarks of the decisions and of polling; started by {@code ./mpp bench}. */
@NullMarked
package dev.mpp.chaos.bench;

import org.jspecify.annotations.NullMarked;
