/** The demo's unattended scripts: a load, a fault, and a verdict from what clients saw. */
@NullMarked
package dev.mpp.chaos.script;

import org.jspecify.annotations.NullMarked;
