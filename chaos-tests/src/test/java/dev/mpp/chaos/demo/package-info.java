@NullMarked
package dev.mpp.chaos.demo;

import org.jspecify.annotations.NullMarked;
