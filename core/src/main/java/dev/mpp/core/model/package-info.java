@NullMarked
package dev.mpp.core.model;

import org.jspecify.annotations.NullMarked;
