@NullMarked
package dev.mpp.node.api;

import org.jspecify.annotations.NullMarked;
