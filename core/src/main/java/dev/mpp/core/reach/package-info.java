@NullMarked
package dev.mpp.core.reach;

import org.jspecify.annotations.NullMarked;
