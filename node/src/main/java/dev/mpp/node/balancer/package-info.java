@NullMarked
package dev.mpp.node.balancer;

import org.jspecify.annotations.NullMarked;
