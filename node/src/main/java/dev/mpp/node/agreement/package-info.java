@NullMarked
package dev.mpp.node.agreement;

import org.jspecify.annotations.NullMarked;
