/** The log of DNS queries in the format of dnstap: a file, or a socket that somebody reads. */
@NullMarked
package dev.mpp.node.querylog;

import org.jspecify.annotations.NullMarked;
