package dev.mpp.core.pair;

import dev.mpp.core.model.ServiceName;
import java.util.Optional;

/**
 * One address of the peer's site.
 *
 * @param service absent for what concerns all of them
 * @param address as shown, and unique together with the kind and the service
 */
public record Target(Kind kind, Optional<ServiceName> service, String address) {

  /** What the address is. */
  public enum Kind {
    /** A router or the like that the peer has as an edge checkpoint. */
    EDGE,
    /** A service address that DNS hands out. */
    SERVICE,
    /** A port of the peer's MPP. */
    MPP,
    /** A MySQL server of its pool. */
    MYSQL
  }

  /** What a look at it found. */
  public enum Answer {
    /** Nothing came back in time, or no route. */
    SILENT,
    /** The host refused: nothing listens there, and the host is up. */
    REFUSED,
    /** It answered; of a MySQL server: not more than that is known. */
    ANSWERED,
    /** A MySQL server that was fenced from here and read back. */
    FENCED,
    /** A MySQL server that is writable: somebody holds its dead-man, so its MPP is alive. */
    WRITABLE
  }

  String shown() {
    return switch (kind) {
          case EDGE -> "its edge ";
          case SERVICE -> "its service address ";
          case MPP -> "its MPP port ";
          case MYSQL -> "its server ";
        }
        + address;
  }
}
