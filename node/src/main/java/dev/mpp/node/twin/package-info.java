@NullMarked
package dev.mpp.node.twin;

import org.jspecify.annotations.NullMarked;
