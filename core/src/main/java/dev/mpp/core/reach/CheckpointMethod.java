package dev.mpp.core.reach;

import java.util.Locale;
import java.util.OptionalInt;

/** How a checkpoint asks. */
public enum CheckpointMethod {
  /** TCP connect. */
  SIMPLE(7),
  HTTP(80),
  HTTPS(443),
  /** Handshake and query. */
  MYSQL(3306),
  /** A query to that server. */
  DNS(53),
  /** Echo; has no ports. */
  ICMP(0),
  /** The standard health service; there is no usual port. */
  GRPC(0);

  private final int port;

  CheckpointMethod(int port) {
    this.port = port;
  }

  /** The port when the profile names none. */
  public OptionalInt defaultPort() {
    return port == 0 ? OptionalInt.empty() : OptionalInt.of(port);
  }

  public boolean hasPorts() {
    return this != ICMP;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
