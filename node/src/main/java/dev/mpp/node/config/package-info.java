@NullMarked
package dev.mpp.node.config;

import org.jspecify.annotations.NullMarked;
