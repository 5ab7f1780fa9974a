@NullMarked
package dev.mpp.chaos.check;

import org.jspecify.annotations.NullMarked;
