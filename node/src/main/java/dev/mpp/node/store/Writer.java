package dev.mpp.node.store;

import dev.mpp.core.journal.JournalHead;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * The one thread that writes. Everything that arrives while a commit runs makes the next batch, so
 * that a burst costs few commits. A batch that fails is kept and tried again.
 */
final class Writer implements AutoCloseable {
  /** Entries kept in memory while the disk refuses them; more are refused to the caller. */
  static final int CAPACITY = 100_000;

  private final Database database;
  private final StoreListener listener;
  private final Duration retry;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Thread thread;
  private Batch open = new Batch();
  private boolean closing;
  private volatile JournalHead head;

  /**
   * @param head what the next journal entry is chained to
   */
  Writer(Database database, StoreListener listener, Duration retry, JournalHead head) {
    this.head = head;
    this.database = database;
    this.listener = listener;
    this.retry = retry;
    this.thread = Thread.ofPlatform().name("mpp-store").daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** The end of the journal on disk. */
  JournalHead head() {
    return head;
  }

  /**
   * Adds to the open batch.
   *
   * @return completes once it is on disk; exceptionally if it never will be
   */
  CompletableFuture<Void> add(Function<Batch, CompletableFuture<Void>> write) {
    lock.lock();
    try {
      if (closing) {
        return CompletableFuture.failedFuture(new StoreException("the store is closed", null));
      }
      if (open.entries() >= CAPACITY) {
        return CompletableFuture.failedFuture(
            new StoreException("the disk does not accept the journal and memory is full", null));
      }
      CompletableFuture<Void> ticket = write.apply(open);
      changed.signalAll();
      return ticket;
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      for (Batch batch = next(); !batch.isEmpty(); batch = next()) {
        persist(batch);
      }
    } finally {
      end();
    }
  }

  /** Nobody may wait for a thread that is gone. */
  private void end() {
    lock.lock();
    try {
      closing = true;
      open.abandon(new StoreException("the store is closed", null));
    } finally {
      lock.unlock();
    }
  }

  /** Waits for work; an empty batch means the end. */
  private Batch next() {
    lock.lock();
    try {
      while (open.isEmpty() && !closing) {
        changed.awaitUninterruptibly();
      }
      Batch batch = open;
      open = new Batch();
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private void persist(Batch batch) {
    try {
      untilDone(batch);
    } catch (RuntimeException e) {
      batch.abandon(new StoreException("the writer failed: " + e, e));
      throw e;
    }
  }

  private void untilDone(Batch batch) {
    for (int attempts = 1; ; attempts++) {
      StoreException failure;
      try {
        head = batch.commit(database.writer(), head);
        batch.done();
        if (attempts > 1) {
          listener.recovered();
        }
        return;
      } catch (SQLException e) {
        failure = database.translate(e);
      }
      listener.failed(failure, attempts);
      if (!pause()) {
        batch.abandon(failure);
        return;
      }
    }
  }

  /** Whether another attempt makes sense. */
  private boolean pause() {
    lock.lock();
    try {
      long left = retry.toNanos();
      while (left > 0 && !closing) {
        left = changed.awaitNanos(left);
      }
      return !closing;
    } catch (InterruptedException e) {
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Writes what is left, at most 10 s, and ends. */
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
