package dev.mpp.node.agreement;

import dev.mpp.core.model.SiteId;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.apache.ratis.protocol.RaftPeerId;

/**
 * Names of voters in the replication. The first storage of a site votes under the site's name; one
 * that replaces it under {@code name~xxxxxxxx}, so that votes of the lost one and of the new one
 * can never be taken for each other (docs/decisions/0012).
 */
final class MemberId {
  private static final char SEPARATOR = '~';

  private MemberId() {}

  static RaftPeerId first(SiteId site) {
    return RaftPeerId.valueOf(site.name());
  }

  /** One that no storage ever had. */
  static RaftPeerId fresh(SiteId site, SecureRandom random) {
    return RaftPeerId.valueOf(
        site.name() + SEPARATOR + HexFormat.of().toHexDigits(random.nextInt()));
  }

  static SiteId site(RaftPeerId id) {
    return new SiteId(site(id.toString()));
  }

  /** The site's part of whatever somebody calls himself. */
  static String site(String id) {
    int end = id.indexOf(SEPARATOR);
    return end < 0 ? id : id.substring(0, end);
  }
}
