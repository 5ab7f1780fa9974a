package dev.mpp.node.twin;

import dev.mpp.tls.Rejections;
import dev.mpp.tls.SiteTls;

/**
 * @param site shows this site's certificate, and accepts nothing but this site's at the other end
 * @param rejections told of everybody who was turned away at the door {@link #DOOR}
 */
public record TwinTls(SiteTls site, Rejections rejections) {
  static final String DOOR = "twin";
}
