@NullMarked
package dev.mpp.node.publish;

import org.jspecify.annotations.NullMarked;
