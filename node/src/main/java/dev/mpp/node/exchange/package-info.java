@NullMarked
package dev.mpp.node.exchange;

import org.jspecify.annotations.NullMarked;
