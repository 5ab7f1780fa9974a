@NullMarked
package dev.mpp.core.pool;

import org.jspecify.annotations.NullMarked;
