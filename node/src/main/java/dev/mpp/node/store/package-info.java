@NullMarked
package dev.mpp.node.store;

import org.jspecify.annotations.NullMarked;
