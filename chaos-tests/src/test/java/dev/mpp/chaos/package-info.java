@NullMarked
package dev.mpp.chaos;

import org.jspecify.annotations.NullMarked;
