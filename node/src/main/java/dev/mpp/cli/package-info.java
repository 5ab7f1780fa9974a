@NullMarked
package dev.mpp.cli;

import org.jspecify.annotations.NullMarked;
