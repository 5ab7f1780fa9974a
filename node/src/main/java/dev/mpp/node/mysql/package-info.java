@NullMarked
package dev.mpp.node.mysql;

import org.jspecify.annotations.NullMarked;
