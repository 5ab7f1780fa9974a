@NullMarked
package dev.mpp.core.lease;

import org.jspecify.annotations.NullMarked;
