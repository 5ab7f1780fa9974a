package dev.mpp.core.reach;

import dev.mpp.core.model.Ladder;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Details of a checkpoint. Each method reads the part with its name and ignores the others, so that
 * one profile can serve several methods.
 *
 * @param port 1 to 65535; empty for the default of the method
 * @param timeout 50 ms to 60 s; the probe never outlasts it by more than a second
 * @param interval 100 ms or more, from start to start
 * @param ladder failed probes in a row at which each status begins
 */
public record Profile(
    OptionalInt port,
    Duration timeout,
    Duration interval,
    Ladder ladder,
    Http http,
    MySql mysql,
    Dns dns,
    Grpc grpc) {
  // First: DEFAULT is validated against them.
  private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(50);
  private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(100);

  public static final Profile DEFAULT =
      new Profile(
          OptionalInt.empty(),
          Duration.ofSeconds(4),
          Duration.ofSeconds(5),
          Ladder.DEFAULT,
          Http.DEFAULT,
          MySql.DEFAULT,
          Dns.DEFAULT,
          Grpc.DEFAULT);

  public Profile {
    if (port.isPresent() && (port.getAsInt() < 1 || port.getAsInt() > 65535)) {
      throw new IllegalArgumentException("port " + port.getAsInt() + " is outside 1-65535");
    }
    if (timeout.compareTo(SHORTEST_TIMEOUT) < 0 || timeout.compareTo(Duration.ofSeconds(60)) > 0) {
      throw new IllegalArgumentException("timeout " + timeout + " is outside 50 ms to 60 s");
    }
    if (interval.compareTo(SHORTEST_INTERVAL) < 0) {
      throw new IllegalArgumentException("interval " + interval + " is below 100 ms");
    }
  }

  /** This profile on another port. */
  public Profile withPort(int other) {
    return new Profile(OptionalInt.of(other), timeout, interval, ladder, http, mysql, dns, grpc);
  }

  /** This profile with other times. */
  public Profile withTimes(Duration otherTimeout, Duration otherInterval) {
    return new Profile(port, otherTimeout, otherInterval, ladder, http, mysql, dns, grpc);
  }

  public Profile withLadder(Ladder other) {
    return new Profile(port, timeout, interval, other, http, mysql, dns, grpc);
  }

  public Profile withHttp(Http other) {
    return new Profile(port, timeout, interval, ladder, other, mysql, dns, grpc);
  }

  public Profile withMySql(MySql other) {
    return new Profile(port, timeout, interval, ladder, http, other, dns, grpc);
  }

  public Profile withDns(Dns other) {
    return new Profile(port, timeout, interval, ladder, http, mysql, other, grpc);
  }

  public Profile withGrpc(Grpc other) {
    return new Profile(port, timeout, interval, ladder, http, mysql, dns, other);
  }

  /**
   * A request (http, https).
   *
   * @param path starting with {@code /}
   * @param expect status codes that count as an answer
   */
  public record Http(String path, StatusRange expect) {
    public static final Http DEFAULT = new Http("/", new StatusRange(200, 399));

    public Http {
      if (!path.startsWith("/") || path.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
        throw new IllegalArgumentException(
            "path \""
                + path
                + "\" does not start with / or has characters outside printable ASCII");
      }
    }
  }

  /**
   * A login (mysql). The password is no part of it: the probe asks for it when it needs it.
   *
   * @param user account to log in as; empty to be content with the server's greeting
   * @param query what to ask after the login
   * @param tls demand TLS and a certificate for the target; otherwise TLS is used unchecked where
   *     the server offers it
   */
  public record MySql(Optional<String> user, String query, boolean tls) {
    public static final MySql DEFAULT = new MySql(Optional.empty(), "SELECT 1", false);

    public MySql {
      if (user.filter(String::isBlank).isPresent()) {
        throw new IllegalArgumentException("the user is empty");
      }
      if (query.isBlank()) {
        throw new IllegalArgumentException("the query is empty");
      }
    }
  }

  /**
   * A question (dns).
   *
   * @param name absolute name, with or without the final dot; {@code .} is the root
   * @param type one of {@link #TYPES}
   * @param expect a response code (NOERROR, NXDOMAIN) or an answer's data as it is printed, for
   *     example an address; empty when either code will do
   */
  public record Dns(String name, String type, Optional<String> expect) {
    public static final List<String> TYPES =
        List.of("A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT");

    public static final Dns DEFAULT = new Dns(".", "SOA", Optional.empty());

    public Dns {
      if (!name.equals(".")
          && (name.length() > 254
              || !name.matches("([A-Za-z0-9_-]{1,63}\\.)*[A-Za-z0-9_-]{1,63}\\.?"))) {
        throw new IllegalArgumentException("\"" + name + "\" is not a DNS name");
      }
      if (!TYPES.contains(type)) {
        throw new IllegalArgumentException(
            "\"" + type + "\" is not one of the types " + String.join(", ", TYPES));
      }
      if (expect.filter(String::isBlank).isPresent()) {
        throw new IllegalArgumentException("what to expect is empty");
      }
    }

    /** Whether a response code is expected, and not an answer's data. */
    public boolean expectsCode() {
      return expect
          .map(e -> e.toUpperCase(Locale.ROOT))
          .filter(e -> e.equals("NOERROR") || e.equals("NXDOMAIN"))
          .isPresent();
    }
  }

  /**
   * A question to the standard health service (grpc).
   *
   * @param service name of the service; empty for the server as a whole
   * @param tls whether to use TLS and demand a certificate for the target
   */
  public record Grpc(String service, boolean tls) {
    public static final Grpc DEFAULT = new Grpc("", false);
  }
}
