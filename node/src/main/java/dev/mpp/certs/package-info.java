/** A small certificate authority of one's own, for deployments without a PKI. */
@NullMarked
package dev.mpp.certs;

import org.jspecify.annotations.NullMarked;
