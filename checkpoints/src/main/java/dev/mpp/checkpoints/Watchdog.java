package dev.mpp.checkpoints;

import dev.mpp.core.reach.Verdict;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;

/**
 * The hard bound of a probe. The exchange runs on a virtual thread of its own and keeps its own
 * deadline; if it does not come back shortly after that, its connection is closed under it and it
 * is left behind, whatever it is waiting for.
 */
final class Watchdog {

  /** Below the promised second, to leave room for a busy machine. */
  private static final Duration GRACE = Duration.ofMillis(500);

  /** Of a verdict's message, characters. */
  private static final int LONGEST = 300;

  /** What is to be done in time. */
  @FunctionalInterface
  interface Exchange {
    /**
     * Asks the target.
     *
     * @return what answered
     * @throws IOException with a message for the operator
     */
    String run(Attempt attempt) throws IOException, InterruptedException;
  }

  private final LongSupplier nanos;

  Watchdog(LongSupplier nanos) {
    this.nanos = nanos;
  }

  Verdict watch(Duration timeout, Exchange exchange) throws InterruptedException {
    long start = nanos.getAsLong();
    CompletableFuture<String> answer = new CompletableFuture<>();
    try (Attempt attempt = new Attempt(nanos, timeout)) {
      Thread worker = Thread.ofVirtual().name("probe").start(() -> work(exchange, attempt, answer));
      try {
        String message = answer.get(timeout.plus(GRACE).toNanos(), TimeUnit.NANOSECONDS);
        return new Verdict(true, printable(message), micros(start));
      } catch (TimeoutException e) {
        return new Verdict(
            false, "no end within " + text(timeout) + ", connection closed", micros(start));
      } catch (ExecutionException e) {
        String what = describe(answer.exceptionNow(), timeout);
        return new Verdict(false, printable(what), micros(start));
      } finally {
        worker.interrupt();
      }
    }
  }

  private static void work(Exchange exchange, Attempt attempt, CompletableFuture<String> answer) {
    try {
      answer.complete(exchange.run(attempt));
    } catch (IOException | InterruptedException | RuntimeException e) {
      answer.completeExceptionally(e);
    }
  }

  private static String describe(Throwable failure, Duration timeout) {
    if (failure instanceof SocketTimeoutException) {
      return "no answer within " + text(timeout);
    }
    String message = message(failure);
    if (failure instanceof SSLException) {
      // The outer one names the alert, the innermost one what is wrong with the certificate.
      Throwable root = failure;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      return message.contains(message(root)) ? message : message + ": " + message(root);
    }
    return message;
  }

  private static String message(Throwable failure) {
    String message = failure.getMessage();
    return message == null || printable(message).isEmpty()
        ? failure.getClass().getSimpleName()
        : message;
  }

  /** A target may have written it, and an operator's terminal will show it. */
  private static String printable(String message) {
    String line = message.substring(0, Math.min(LONGEST, message.length()));
    return line.replaceAll("\\p{C}+", " ").strip();
  }

  private static String text(Duration timeout) {
    return timeout.toMillis() % 1000 == 0 ? timeout.toSeconds() + " s" : timeout.toMillis() + " ms";
  }

  private long micros(long start) {
    return Math.max(0, (nanos.getAsLong() - start) / 1000);
  }
}
