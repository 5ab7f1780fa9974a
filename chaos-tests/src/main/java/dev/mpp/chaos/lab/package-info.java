/**
 * Sites in network namespaces of this machine: real processes under real partitions, and a judge
 * whose way to the servers no partition cuts.
 */
@NullMarked
package dev.mpp.chaos.lab;

import org.jspecify.annotations.NullMarked;
