package dev.mpp.node.mysql;

import java.sql.Statement;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A session whose query never ends by itself: when the server dies the kernel breaks the connection
 * and this thread knows within milliseconds. It connects only after a poll was answered, so that it
 * never adds to the troubles of a stalled server, and it speaks only of a connection that broke:
 * its own time-outs re-arm it silently.
 */
final class Tripwire implements AutoCloseable {
  private static final int SLEEP_SECONDS = 60;
  private static final int READ_TIMEOUT_MILLIS = (SLEEP_SECONDS + 15) * 1000;

  private final Connector connector;
  private final Handshakes handshakes;
  private final Semaphore answered = new Semaphore(0);
  private final Thread thread;
  private volatile @Nullable Runnable listener;
  private volatile @Nullable Session session;
  private volatile boolean closed;

  Tripwire(Connector connector, String threadName, Handshakes handshakes) {
    this.connector = connector;
    this.handshakes = handshakes;
    this.thread = connector.thread().name(threadName).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  void listener(Runnable listener) {
    this.listener = listener;
  }

  long id() {
    Session s = session;
    return s == null ? 0 : s.id();
  }

  /** A poll was answered: a broken tripwire may connect again. */
  void rearm() {
    if (session == null && answered.availablePermits() == 0) {
      answered.release();
    }
  }

  private void run() {
    while (!closed) {
      try {
        answered.acquire();
        handshakes.inReserve(this::connect);
        hold();
      } catch (LinkException e) {
        boolean held = session != null;
        drop();
        Runnable told = listener;
        if (held && !closed && told != null && e.kind() == LinkException.Kind.LOST) {
          told.run();
        }
      } catch (InterruptedException e) {
        break;
      }
    }
    drop();
  }

  private void connect() throws LinkException {
    session = connector.connect(READ_TIMEOUT_MILLIS, dialect -> "", Handshakes.Place.unlimited());
  }

  /** Returns only by an exception. A query cut short by KILL QUERY is simply asked again. */
  private void hold() throws LinkException {
    Session s = session;
    while (s != null) {
      try (Statement statement = s.connection().createStatement()) {
        statement.execute("DO SLEEP(" + SLEEP_SECONDS + ")");
      } catch (Exception e) {
        LinkException problem = LinkException.of(e);
        if (problem.kind() != LinkException.Kind.SQL) {
          throw problem;
        }
      }
    }
  }

  private void drop() {
    Session s = session;
    session = null;
    if (s != null) {
      s.abort();
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    drop();
  }
}
