/** What is said of a node's journal; the journal itself is kept by the shell. */
@NullMarked
package dev.mpp.core.journal;

import org.jspecify.annotations.NullMarked;
