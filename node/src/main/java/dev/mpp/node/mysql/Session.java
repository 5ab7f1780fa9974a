package dev.mpp.node.mysql;

import dev.mpp.core.model.PollTrouble;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A session on the server.
 *
 * @param id the server's connection id
 */
record Session(Connection connection, long id, String version) {

  interface Work<T> {
    T run(Connection connection) throws SQLException;
  }

  /**
   * Runs {@code work} and waits for at most {@code nanos}; then the socket is closed under it.
   * Whatever the driver does meanwhile, the caller is back in time.
   */
  <T> T call(long nanos, Work<T> work) throws LinkException {
    FutureTask<T> task = new FutureTask<>(() -> work.run(connection));
    Thread.startVirtualThread(task);
    try {
      return task.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw LinkException.of(e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      abort();
      throw new LinkException(
          LinkException.Kind.TIMEOUT, PollTrouble.NO_ANSWER, PollTrouble.NO_ANSWER.wording());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      abort();
      throw new LinkException(LinkException.Kind.TIMEOUT, "interrupted");
    }
  }

  /** Closes the socket without a word to the server and without waiting. */
  void abort() {
    abort(connection);
  }

  static void abort(Connection connection) {
    try {
      connection.abort(Thread::startVirtualThread);
    } catch (SQLException | RuntimeException e) {
      // Already closed: that is what was asked for.
    }
  }
}
