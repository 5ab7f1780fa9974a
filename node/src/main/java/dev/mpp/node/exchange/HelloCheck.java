package dev.mpp.node.exchange;

import dev.mpp.proto.v1.Hello;
import io.grpc.Status;
import java.util.Optional;

/** Whom this site listens to. */
final class HelloCheck {
  static final int PROTOCOL_VERSION = 1;
  static final int OLDEST_PROTOCOL_VERSION = 1;

  private HelloCheck() {}

  static Hello own(ExchangeConfig config) {
    return Hello.newBuilder()
        .setSite(config.self().name())
        .setIncarnation(config.incarnation())
        .setProtocolVersion(PROTOCOL_VERSION)
        .setDeployment(config.deployment())
        .setConfigHash(config.configHash())
        .setInstance(config.instance())
        .build();
  }

  /**
   * Why a speaker is refused.
   *
   * @param dialled the peer that was called, empty for an inbound stream
   */
  static Optional<Status> refusal(
      ExchangeConfig config, Hello hello, Optional<ExchangeConfig.Peer> dialled) {
    if (!hello.getDeployment().equals(config.deployment())) {
      return denied(
          "it belongs to deployment \""
              + hello.getDeployment()
              + "\", this is \""
              + config.deployment()
              + "\"");
    }
    String name = ExchangeConfig.Peer.name(hello.getSite(), hello.getInstance());
    if (dialled.isPresent() && !name.equals(dialled.get().name())) {
      return denied("it is site \"" + name + "\", not " + dialled.get().name());
    }
    if (hello.getSite().equals(config.self().name())) {
      return denied("it claims to be this very site, " + config.self());
    }
    if (config.peers().stream().noneMatch(p -> p.name().equals(name))) {
      return denied("site \"" + name + "\" is not in the configuration of " + config.self());
    }
    if (hello.getProtocolVersion() < OLDEST_PROTOCOL_VERSION) {
      return Optional.of(
          Status.FAILED_PRECONDITION.withDescription(
              "it speaks protocol "
                  + hello.getProtocolVersion()
                  + ", at least "
                  + OLDEST_PROTOCOL_VERSION
                  + " is needed"));
    }
    return Optional.empty();
  }

  private static Optional<Status> denied(String why) {
    return Optional.of(Status.PERMISSION_DENIED.withDescription(why));
  }
}
