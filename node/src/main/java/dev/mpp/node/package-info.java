@NullMarked
package dev.mpp.node;

import org.jspecify.annotations.NullMarked;
