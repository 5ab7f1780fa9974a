@NullMarked
package dev.mpp.checkpoints;

import org.jspecify.annotations.NullMarked;
