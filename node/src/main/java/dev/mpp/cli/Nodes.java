package dev.mpp.cli;

import dev.mpp.proto.v1.OperatorGrpc;
import dev.mpp.proto.v1.OperatorGrpc.OperatorBlockingStub;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The nodes that may be asked, in turn, until one answers. */
final class Nodes {
  static final int DEFAULT_PORT = 7400;
  private static final int MAX_MESSAGE_BYTES = 64 << 20;

  /** Where a node's operator API listens. */
  record Address(String host, int port) {
    /**
     * {@code host}, {@code host:port} or {@code [v6]:port}.
     *
     * @throws CliFailure if it is none of these
     */
    static Address parse(String text) {
      String t = text.strip();
      int colon = t.lastIndexOf(':');
      boolean bracketed = t.startsWith("[");
      boolean hasPort = bracketed ? colon > t.indexOf(']') : colon >= 0;
      String host = hasPort ? t.substring(0, colon) : t;
      if (bracketed && host.endsWith("]")) {
        host = host.substring(1, host.length() - 1);
      } else if (host.isEmpty() || host.indexOf(':') >= 0 || bracketed) {
        throw CliFailure.usage("--node " + text + " is not HOST:PORT ([ADDRESS]:PORT for IPv6)");
      }
      try {
        int port = hasPort ? Integer.parseInt(t.substring(colon + 1)) : DEFAULT_PORT;
        if (port < 1 || port > 65535) {
          throw new NumberFormatException("out of range");
        }
        return new Address(host, port);
      } catch (NumberFormatException e) {
        throw CliFailure.usage("--node " + text + ": the port is not 1 to 65535");
      }
    }

    @Override
    public String toString() {
      return Text.hostPort(host, port);
    }
  }

  private final List<Address> addresses;
  private final int timeoutSeconds;

  Nodes(List<Address> addresses, int timeoutSeconds) {
    this.addresses = List.copyOf(addresses);
    this.timeoutSeconds = timeoutSeconds;
  }

  /**
   * Asks the first node that can be reached.
   *
   * @throws CliFailure when none can, or when the one that could refuses
   */
  <T> T ask(Function<OperatorBlockingStub, T> question) {
    return on(stub -> question.apply(stub.withDeadlineAfter(timeoutSeconds, TimeUnit.SECONDS)));
  }

  /** As {@link #ask}, without a deadline: for streams. */
  <T> T on(Function<OperatorBlockingStub, T> question) {
    List<String> failures = new ArrayList<>();
    for (Address address : addresses) {
      ManagedChannel channel = channel(address);
      try {
        return question.apply(OperatorGrpc.newBlockingStub(channel));
      } catch (StatusRuntimeException e) {
        Status.Code code = e.getStatus().getCode();
        if (code == Status.Code.DEADLINE_EXCEEDED) {
          failures.add(address + " (no answer within " + timeoutSeconds + " s)");
        } else if (code == Status.Code.UNAVAILABLE) {
          failures.add(address + " (" + reason(e) + ")");
        } else {
          throw CliFailure.refused(describe(e.getStatus()));
        }
      } finally {
        channel.shutdownNow();
      }
    }
    throw CliFailure.unreachable("cannot reach " + String.join(", ", failures));
  }

  /** The one place where the CLI makes a channel. */
  private static ManagedChannel channel(Address address) {
    return Grpc.newChannelBuilderForAddress(
            address.host(), address.port(), InsecureChannelCredentials.create())
        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
        .disableServiceConfigLookUp()
        .proxyDetector(target -> null)
        .build();
  }

  private static String describe(Status status) {
    String text = status.getDescription() == null ? "" : status.getDescription();
    return switch (status.getCode()) {
      case UNIMPLEMENTED -> "what listens there is not an MPP node, or an older one";
      case FAILED_PRECONDITION, NOT_FOUND, INVALID_ARGUMENT, PERMISSION_DENIED ->
          "refused: " + Text.clean(text);
      default -> status.getCode() + ": " + Text.clean(text);
    };
  }

  private static String reason(StatusRuntimeException e) {
    Throwable cause = e;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    String text = String.valueOf(cause.getMessage());
    if (text.contains("onnection refused")) {
      return "connection refused";
    }
    if (cause instanceof java.net.UnknownHostException) {
      return "unknown host";
    }
    return Text.clean(text);
  }
}
