@NullMarked
package dev.mpp.chaos.process;

import org.jspecify.annotations.NullMarked;
