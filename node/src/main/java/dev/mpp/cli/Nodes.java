package dev.mpp.cli;

import dev.mpp.proto.v1.OperatorGrpc;
import dev.mpp.proto.v1.OperatorGrpc.OperatorBlockingStub;
import dev.mpp.proto.v1.StatusRequest;
import dev.mpp.tls.Refusal;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The nodes that may be asked, in turn, until one answers. */
final class Nodes {
  static final int DEFAULT_PORT = 7402;
  private static final int MAX_MESSAGE_BYTES = 64 << 20;
  private static final long QUICK_MILLIS = 1_000;
  private static final String REMEDY = " (set --node or MPP_NODE; for the demo: ./mpp demo)";

  /** Held, or its level is lost: what gRPC logs with a stack trace is said in one line here. */
  private static final Logger GRPC = Logger.getLogger("io.grpc");

  static {
    GRPC.setLevel(Level.OFF);
  }

  /** Where a node's operator API listens. */
  record Address(String host, int port) {
    /**
     * {@code host}, {@code host:port} or {@code [v6]:port}.
     *
     * @throws CliFailure if it is none of these
     */
    static Address parse(String text) {
      return parse("--node", text, DEFAULT_PORT);
    }

    /** As {@link #parse(String)}, for a server that an operator names. */
    static Address parse(String text, int defaultPort) {
      return parse("the server", text, defaultPort);
    }

    private static Address parse(String what, String text, int defaultPort) {
      String t = text.strip();
      int colon = t.lastIndexOf(':');
      boolean bracketed = t.startsWith("[");
      boolean hasPort = bracketed ? colon > t.indexOf(']') : colon >= 0;
      String host = hasPort ? t.substring(0, colon) : t;
      if (bracketed && host.endsWith("]")) {
        host = host.substring(1, host.length() - 1);
      } else if (host.isEmpty() || host.indexOf(':') >= 0 || bracketed) {
        throw CliFailure.usage(
            what + " " + Text.clean(text) + " is not HOST:PORT ([ADDRESS]:PORT for IPv6)");
      }
      try {
        int port = hasPort ? Integer.parseInt(t.substring(colon + 1)) : defaultPort;
        if (port < 1 || port > 65535) {
          throw new NumberFormatException("out of range");
        }
        return new Address(host, port);
      } catch (NumberFormatException e) {
        throw CliFailure.usage(what + " " + Text.clean(text) + ": the port is not 1 to 65535");
      }
    }

    @Override
    public String toString() {
      return Text.hostPort(host, port);
    }
  }

  private final List<Address> addresses;
  private final long timeoutMillis;
  private final ChannelCredentials credentials;
  private final PrintWriter err;
  private final List<String> failures = new ArrayList<>();
  private final List<String> refusals = new ArrayList<>();
  private @Nullable Address answered;

  Nodes(
      List<Address> addresses,
      int timeoutSeconds,
      ChannelCredentials credentials,
      PrintWriter err) {
    this.credentials = credentials;
    this.addresses = List.copyOf(addresses);
    this.timeoutMillis = TimeUnit.SECONDS.toMillis(timeoutSeconds);
    this.err = err;
  }

  /** The one that answered last, alone; all of them before the first answer. */
  Nodes answered() {
    Address one = answered;
    return one == null
        ? this
        : new Nodes(
            List.of(one), (int) TimeUnit.MILLISECONDS.toSeconds(timeoutMillis), credentials, err);
  }

  private interface Call<T> {
    T on(OperatorBlockingStub stub);
  }

  /**
   * Asks the first node that can be reached. With several given, one that does not answer at once
   * is passed over, and asked with patience only when no other answers.
   *
   * @throws CliFailure when none can, or when all that could refuse
   */
  <T> T ask(Function<OperatorBlockingStub, T> question) {
    return inTurn(question, false);
  }

  /** As {@link #ask}, without a deadline: for streams. */
  <T> T on(Function<OperatorBlockingStub, T> question) {
    return inTurn(question, true);
  }

  private <T> T inTurn(Function<OperatorBlockingStub, T> question, boolean stream) {
    failures.clear();
    refusals.clear();
    boolean several = addresses.size() > 1;
    List<Address> slow = new ArrayList<>();
    for (Address address : addresses) {
      long patience = several ? Math.min(QUICK_MILLIS, timeoutMillis) : timeoutMillis;
      boolean tell = !failures.isEmpty() && refusals.isEmpty();
      Optional<T> answer =
          call(
              address,
              patience,
              several && patience < timeoutMillis ? slow : new ArrayList<>(),
              stub -> {
                if (several || stream) {
                  var unused = within(stub, patience).status(StatusRequest.getDefaultInstance());
                }
                if (tell) {
                  err.println(
                      "mpp: " + String.join(", ", failures) + "; " + address + " answers instead");
                }
                return question.apply(stream ? stub : within(stub, timeoutMillis));
              });
      if (answer.isPresent()) {
        return answer.get();
      }
    }
    for (Address address : slow) {
      Optional<T> answer =
          call(
              address,
              timeoutMillis,
              new ArrayList<>(),
              stub -> {
                if (stream) {
                  var unused =
                      within(stub, timeoutMillis).status(StatusRequest.getDefaultInstance());
                }
                return question.apply(stream ? stub : within(stub, timeoutMillis));
              });
      if (answer.isPresent()) {
        return answer.get();
      }
    }
    String unreached = failures.isEmpty() ? "" : "cannot reach " + String.join(", ", failures);
    if (!refusals.isEmpty()) {
      throw CliFailure.refused(refusals.getFirst() + (failures.isEmpty() ? "" : "; " + unreached));
    }
    throw CliFailure.unreachable(unreached + REMEDY);
  }

  /** Empty when this node cannot answer and another one might. */
  private <T> Optional<T> call(
      Address address, long patience, List<Address> slow, Call<T> question) {
    ManagedChannel channel = channel(address);
    try {
      Optional<T> answer = Optional.of(question.on(OperatorGrpc.newBlockingStub(channel)));
      answered = address;
      return answer;
    } catch (StatusRuntimeException e) {
      Status.Code code = e.getStatus().getCode();
      if (code == Status.Code.DEADLINE_EXCEEDED) {
        failures.removeIf(known -> known.startsWith(address + " "));
        failures.add(address + " (no answer within " + patience / 1_000 + " s)");
        slow.add(address);
      } else if (code == Status.Code.UNAVAILABLE || strange(e)) {
        failures.removeIf(known -> known.startsWith(address + " "));
        failures.add(address + " (" + reason(e) + ")");
      } else if (code == Status.Code.NOT_FOUND) {
        refusals.add(describe(e.getStatus()));
      } else {
        throw CliFailure.refused(describe(e.getStatus()));
      }
      return Optional.empty();
    } finally {
      channel.shutdownNow();
    }
  }

  private static Throwable root(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static OperatorBlockingStub within(OperatorBlockingStub stub, long millis) {
    return stub.withDeadlineAfter(millis, TimeUnit.MILLISECONDS);
  }

  /** The one place where the CLI makes a channel. */
  private ManagedChannel channel(Address address) {
    return Grpc.newChannelBuilderForAddress(address.host(), address.port(), credentials)
        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
        // A frozen node must not keep a follower for ever.
        .keepAliveTime(10, TimeUnit.SECONDS)
        .keepAliveTimeout(5, TimeUnit.SECONDS)
        .disableServiceConfigLookUp()
        .proxyDetector(target -> null)
        .build();
  }

  /** Something answered that does not speak this protocol. */
  private static boolean strange(StatusRuntimeException e) {
    Status status = e.getStatus();
    String all = (status.getDescription() + " " + e.getCause()).toLowerCase(Locale.ROOT);
    return status.getCode() == Status.Code.UNIMPLEMENTED
        || all.contains("not settings")
        || all.contains("content-type")
        || all.contains("http status code")
        || all.contains("protobuf");
  }

  private static String describe(Status status) {
    String text = status.getDescription() == null ? "" : status.getDescription();
    return switch (status.getCode()) {
      case FAILED_PRECONDITION, NOT_FOUND, INVALID_ARGUMENT, PERMISSION_DENIED ->
          "refused: " + Text.clean(text);
      default -> status.getCode() + ": " + Text.clean(text);
    };
  }

  private String reason(StatusRuntimeException e) {
    boolean certified = credentials instanceof TlsChannelCredentials;
    Optional<String> tls = certified ? Refusal.of(e) : Optional.empty();
    if (tls.isPresent()) {
      return Text.clean(tls.get());
    }
    if (strange(e)) {
      return "not an MPP node, or an older one";
    }
    Throwable cause = root(e);
    String text = String.valueOf(cause.getMessage());
    if (text.contains("closed for unknown reason")) {
      return "it closes the connection: "
          + (certified ? "" : "it wants your certificate (--tls)? ")
          + "not an MPP node?";
    }
    if (text.contains("onnection refused")) {
      return "connection refused";
    }
    if (cause instanceof java.net.UnknownHostException) {
      return "unknown host";
    }
    return Text.clean(text);
  }
}
