@NullMarked
package dev.mpp.chaos.lab;

import org.jspecify.annotations.NullMarked;
