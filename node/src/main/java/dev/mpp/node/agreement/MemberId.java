package dev.mpp.node.agreement;

import dev.mpp.core.model.SiteId;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.apache.ratis.protocol.RaftPeerId;

/**
 * Names of voters in the replication. The first storage of a site votes under the site's name; one
 * that replaces it under {@code name~xxxxxxxx}, so that votes of the lost one and of the new one
 * can never be taken for each other (docs/decisions/0012). The second instance of a site follows
 * under {@code name.instance}: it has no vote that could be confused, so its name stays.
 */
final class MemberId {
  private static final char SEPARATOR = '~';
  private static final char INSTANCE = '.';

  private MemberId() {}

  static RaftPeerId first(SiteId site) {
    return RaftPeerId.valueOf(site.name());
  }

  /** A follower's, or that of a site's first storage. */
  static RaftPeerId first(LedgerMember member) {
    return RaftPeerId.valueOf(member.id());
  }

  /** Whether it is the name of a voter. */
  static boolean votes(String id) {
    return id.indexOf(INSTANCE) < 0;
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
    for (int i = 0; i < id.length(); i++) {
      if (id.charAt(i) == SEPARATOR || id.charAt(i) == INSTANCE) {
        return id.substring(0, i);
      }
    }
    return id;
  }
}
