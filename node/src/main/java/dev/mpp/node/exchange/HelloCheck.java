package dev.mpp.node.exchange;

import dev.mpp.node.agreement.Agreement;
import dev.mpp.proto.v1.Hello;
import dev.mpp.tls.Identity;
import io.grpc.Status;
import java.util.Optional;

/** Whom this site listens to. */
final class HelloCheck {
  static final int PROTOCOL_VERSION = 2;

  /** From which on a reader understands {@link ViewParts}. */
  static final int PARTS = 2;

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
        .setOldestLedgerFormat(config.ledger().get().formats().oldest())
        .setNewestLedgerFormat(config.ledger().get().formats().newest())
        .setLedgerMember(config.ledger().get().member())
        .build();
  }

  /**
   * Why a speaker is refused.
   *
   * @param dialled the peer that was called, empty for an inbound stream
   * @param certified what its certificate says, empty for an outbound stream and without TLS
   */
  static Optional<Status> refusal(
      ExchangeConfig config,
      Hello hello,
      Optional<ExchangeConfig.Peer> dialled,
      Optional<Identity> certified) {
    if (certified.isPresent() && !certified.get().name().equals(hello.getSite())) {
      return denied(
          "it says that it is site \""
              + printable(hello.getSite())
              + "\", and its certificate is of "
              + certified.get());
    }
    if (!hello.getDeployment().equals(config.deployment())) {
      return denied(
          "it belongs to deployment \""
              + printable(hello.getDeployment())
              + "\", this is \""
              + config.deployment()
              + "\"");
    }
    String name = ExchangeConfig.Peer.name(hello.getSite(), hello.getInstance());
    if (dialled.isPresent() && !name.equals(dialled.get().name())) {
      return denied("it is site \"" + printable(name) + "\", not " + dialled.get().name());
    }
    if (hello.getSite().equals(config.self().name())) {
      return denied("it claims to be this very site, " + config.self());
    }
    if (config.peers().stream().noneMatch(p -> p.name().equals(name))) {
      return denied(
          "site \"" + printable(name) + "\" is not in the configuration of " + config.self());
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
    if (!formats(hello).overlaps(config.ledger().get().formats())) {
      return Optional.of(
          Status.FAILED_PRECONDITION.withDescription(
              "it reads ledger formats "
                  + formats(hello)
                  + ", and "
                  + config.self()
                  + " "
                  + config.ledger().get().formats()
                  + ": upgrade by way of a version that reads both"));
    }
    return Optional.empty();
  }

  /** A version that announces none reads the first only. */
  static Agreement.Formats formats(Hello hello) {
    int newest = Math.max(1, hello.getNewestLedgerFormat());
    return new Agreement.Formats(
        Math.min(newest, Math.max(1, hello.getOldestLedgerFormat())), newest);
  }

  private static Optional<Status> denied(String why) {
    return Optional.of(Status.PERMISSION_DENIED.withDescription(why));
  }

  private static String printable(String text) {
    String clean = text.replaceAll("[^ -~]", "?");
    return clean.length() > 80 ? clean.substring(0, 80) + "…" : clean;
  }
}
