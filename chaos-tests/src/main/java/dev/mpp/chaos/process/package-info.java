/**
 * Processes that scripts break: children that never outlive this process, real MariaDB servers and
 * {@code mpp node}s, the targets of their checkpoints, and what the user sees of it.
 */
@NullMarked
package dev.mpp.chaos.process;

import org.jspecify.annotations.NullMarked;
