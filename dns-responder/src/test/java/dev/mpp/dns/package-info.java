@NullMarked
package dev.mpp.dns;

import org.jspecify.annotations.NullMarked;
