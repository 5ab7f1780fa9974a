/**
 * Who may speak with whom, and with which certificates: shared by everything that opens a
 * connection between sites, and by the operators' command line. Knows the JDK only.
 */
@NullMarked
package dev.mpp.tls;

import org.jspecify.annotations.NullMarked;
