@NullMarked
package dev.mpp.chaos.bench;

import org.jspecify.annotations.NullMarked;
