/**
 * The judge. Histories of what clients saw go in, figures and violations come out. Nothing here
 * knows MPP: the judge shares no code with the defendant. All instants are monotonic nanoseconds of
 * one process ({@link System#nanoTime}); nothing here reads a clock.
 */
@NullMarked
package dev.mpp.chaos.check;

import org.jspecify.annotations.NullMarked;
