package dev.mpp.node;

import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What waits for the loop, in two lanes, each bounded and in order: thousands of polls in a burst
 * do not delay a renewal of the lease, the answer of a fence or an operator by more than one poll.
 * Nor do those starve the polls, by which failures are noticed: after {@link #IN_A_ROW} of them one
 * poll has its turn. A full lane makes its senders wait; nothing is ever lost.
 */
final class Mailbox<T> {
  static final int IN_A_ROW = 8;

  private final int capacity;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition filled = lock.newCondition();
  private final Lane<T> first = new Lane<>(lock.newCondition());
  private final Lane<T> polls = new Lane<>(lock.newCondition());

  /** Letters taken before polls that waited. */
  private int row;

  private record Lane<T>(ArrayDeque<T> letters, Condition drained) {
    Lane(Condition drained) {
      this(new ArrayDeque<>(), drained);
    }
  }

  /**
   * @param capacity of each lane
   */
  Mailbox(int capacity) {
    this.capacity = capacity;
  }

  /** Adds what goes before all polls. */
  void put(T letter) throws InterruptedException {
    put(letter, first);
  }

  void putPoll(T letter) throws InterruptedException {
    put(letter, polls);
  }

  private void put(T letter, Lane<T> lane) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (lane.letters().size() >= capacity) {
        lane.drained().await();
      }
      lane.letters().add(letter);
      filled.signal();
    } finally {
      lock.unlock();
    }
  }

  /** The next letter, null when there is none within {@code nanos}. */
  @Nullable T take(long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (first.letters().isEmpty() && polls.letters().isEmpty()) {
        if (left <= 0) {
          return null;
        }
        left = filled.awaitNanos(left);
      }
      boolean turn = row >= IN_A_ROW && !polls.letters().isEmpty();
      Lane<T> lane = turn || first.letters().isEmpty() ? polls : first;
      row = lane == polls ? 0 : Math.min(row + 1, IN_A_ROW);
      lane.drained().signal();
      return lane.letters().remove();
    } finally {
      lock.unlock();
    }
  }
}
