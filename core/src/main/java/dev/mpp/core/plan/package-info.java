@NullMarked
package dev.mpp.core.plan;

import org.jspecify.annotations.NullMarked;
