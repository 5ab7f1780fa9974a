@NullMarked
package dev.mpp.core;

import org.jspecify.annotations.NullMarked;
