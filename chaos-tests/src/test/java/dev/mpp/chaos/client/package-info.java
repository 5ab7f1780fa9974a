@NullMarked
package dev.mpp.chaos.client;

import org.jspecify.annotations.NullMarked;
