/**
 * The ledger of two sites without a witness, and of one alone (DESIGN section 3). Pure: no I/O, no
 * clock, no threads. docs/decisions/0008-pair-mode.md says why it is built as it is.
 */
@NullMarked
package dev.mpp.core.pair;

import org.jspecify.annotations.NullMarked;
