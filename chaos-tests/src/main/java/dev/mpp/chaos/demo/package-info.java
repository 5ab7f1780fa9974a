/**
 * The demo on one machine: a supervisor that starts two sites with a real MariaDB each, a witness,
 * and a small world around them, and lets the user break things.
 */
@NullMarked
package dev.mpp.chaos.demo;

import org.jspecify.annotations.NullMarked;
