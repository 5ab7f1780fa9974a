@NullMarked
package dev.mpp.chaos.script;

import org.jspecify.annotations.NullMarked;
