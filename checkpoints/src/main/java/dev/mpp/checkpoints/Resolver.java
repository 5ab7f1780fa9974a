package dev.mpp.checkpoints;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Bounded name resolution. The platform's resolver can neither be interrupted nor given a deadline,
 * and it would hold on to the carrier of a virtual thread, so every lookup has a thread of its own
 * that its callers may leave behind. Callers that ask for a name already being looked up wait for
 * the same answer: a dead DNS server costs one stuck thread for each name, never more.
 */
public final class Resolver {

  /** The platform's lookup, or a stand-in. Blocks as long as it likes. */
  @FunctionalInterface
  public interface Lookup {
    InetAddress[] all(String host) throws UnknownHostException;
  }

  private final Lookup lookup;
  private final ConcurrentMap<String, CompletableFuture<List<InetAddress>>> running =
      new ConcurrentHashMap<>();

  public Resolver(Lookup lookup) {
    this.lookup = lookup;
  }

  /** Resolves the way the platform is configured to. */
  public static Resolver platform() {
    return new Resolver(InetAddress::getAllByName);
  }

  /**
   * The addresses of a host, at least one; a literal costs nothing.
   *
   * @throws IOException with a message for the operator: no such name, or no answer in time
   */
  List<InetAddress> resolve(String host, Duration atMost) throws IOException, InterruptedException {
    try {
      return List.of(InetAddress.ofLiteral(host));
    } catch (IllegalArgumentException notALiteral) {
      return await(host, running.computeIfAbsent(host, this::start), atMost);
    }
  }

  private CompletableFuture<List<InetAddress>> start(String host) {
    CompletableFuture<List<InetAddress>> answer = new CompletableFuture<>();
    Thread.ofPlatform().daemon().name("resolve-" + host).start(() -> look(host, answer));
    return answer;
  }

  private void look(String host, CompletableFuture<List<InetAddress>> answer) {
    try {
      answer.complete(Arrays.asList(lookup.all(host)));
    } catch (UnknownHostException | RuntimeException e) {
      answer.completeExceptionally(e);
    } finally {
      running.remove(host, answer);
    }
  }

  private static List<InetAddress> await(
      String host, CompletableFuture<List<InetAddress>> answer, Duration atMost)
      throws IOException, InterruptedException {
    try {
      List<InetAddress> found = answer.get(Math.max(1, atMost.toNanos()), TimeUnit.NANOSECONDS);
      if (found.isEmpty()) {
        throw new IOException("name " + host + " has no address");
      }
      return found;
    } catch (TimeoutException e) {
      throw new IOException("no answer from DNS for " + host, e);
    } catch (ExecutionException e) {
      throw new IOException(
          "cannot resolve " + host + ": " + answer.exceptionNow().getMessage(), e);
    }
  }
}
