package org.align4j.policy.backend.internal;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;

/**
 * The one pool of the engine. Work is cut into items that threads take from a shared counter, so
 * ragged items balance themselves. {@code -Dalign4j.threads} sets the number, by default all
 * processors.
 *
 * <p>Helpers spin for a moment before they sleep: the kernels of a decoding step follow each other
 * in tens of microseconds, which is what waking a sleeping thread costs.
 */
public final class Threads {
  /** Threads that a parallel loop uses, the caller included. */
  public static final int COUNT =
      Integer.getInteger("align4j.threads", Runtime.getRuntime().availableProcessors());

  /** Longer than the gap between two kernels, shorter than a wait that OpenBLAS would notice. */
  private static final long SPIN_NANOS = 50_000;

  private static final ReentrantLock POOL = new ReentrantLock();
  private static final Helper[] HELPERS = new Helper[Math.max(0, COUNT - 1)];
  private static volatile Loop current;

  static {
    for (int i = 0; i < HELPERS.length; i++) {
      HELPERS[i] = new Helper("align4j-" + (i + 1));
      HELPERS[i].start();
    }
  }

  private Threads() {}

  private static final class Loop {
    // Updaters instead of atomic objects, because a training step has thousands of loops.
    private static final AtomicIntegerFieldUpdater<Loop> NEXT =
        AtomicIntegerFieldUpdater.newUpdater(Loop.class, "next");
    private static final AtomicIntegerFieldUpdater<Loop> DONE =
        AtomicIntegerFieldUpdater.newUpdater(Loop.class, "done");

    private final IntConsumer body;
    private final int items;

    @SuppressWarnings("UnusedVariable") // by NEXT
    private volatile int next;

    private volatile int done;
    private volatile Throwable failure;

    Loop(int items, IntConsumer body) {
      this.items = items;
      this.body = body;
    }

    /** Takes items until none is left; after a failure the rest are only counted. */
    void work() {
      for (int i = NEXT.getAndIncrement(this); i < items; i = NEXT.getAndIncrement(this)) {
        try {
          if (failure == null) {
            body.accept(i);
          }
        } catch (RuntimeException | Error e) {
          failure = e;
        } finally {
          DONE.incrementAndGet(this);
        }
      }
    }

    void await() {
      long start = System.nanoTime();
      while (done < items) {
        Thread.onSpinWait();
        if (System.nanoTime() - start > SPIN_NANOS) {
          LockSupport.parkNanos(SPIN_NANOS);
        }
      }
      Throwable thrown = failure;
      if (thrown instanceof RuntimeException exception) {
        throw exception;
      }
      if (thrown instanceof Error error) {
        throw error;
      }
    }
  }

  private static final class Helper extends Thread {
    private volatile boolean parked;

    Helper(String name) {
      super(name);
      setDaemon(true);
    }

    @Override
    public void run() {
      Loop last = null;
      while (true) {
        last = next(last);
        last.work();
      }
    }

    private Loop next(Loop last) {
      long start = System.nanoTime();
      while (true) {
        Loop loop = current;
        if (loop != last) {
          return loop;
        }
        Thread.onSpinWait();
        if (System.nanoTime() - start > SPIN_NANOS) {
          parked = true;
          if (current == last) {
            LockSupport.park(this);
          }
          parked = false;
        }
      }
    }

    void wake() {
      if (parked) {
        LockSupport.unpark(this);
      }
    }
  }

  /**
   * Calls body for 0..items-1, in any order, and returns when all are done. A loop inside a loop,
   * or beside one of another thread, runs in its caller alone.
   */
  public static void forEach(int items, IntConsumer body) {
    if (items <= 1 || HELPERS.length == 0 || !lock()) {
      for (int i = 0; i < items; i++) {
        body.accept(i);
      }
      return;
    }
    try {
      Loop loop = new Loop(items, body);
      current = loop;
      for (int h = 0; h < Math.min(HELPERS.length, items - 1); h++) {
        HELPERS[h].wake();
      }
      loop.work();
      loop.await();
    } finally {
      POOL.unlock();
    }
  }

  private static boolean lock() {
    return !POOL.isHeldByCurrentThread() && POOL.tryLock();
  }

  /** A range of rows of a loop. */
  @FunctionalInterface
  public interface Rows {
    /** Handles rows {@code from} (inclusive) to {@code to} (exclusive). */
    void accept(int from, int to);
  }

  /**
   * Cuts 0..rows-1 into ranges of about {@code grain} rows or more, as many for every thread.
   *
   * @param grain rows whose work is worth a hand-over between threads (tens of microseconds)
   */
  public static void forRows(int rows, int grain, Rows body) {
    int worth = Math.min(4 * COUNT, rows / Math.max(1, grain));
    int pieces = worth <= 1 ? 1 : Math.min(rows, (worth + COUNT - 1) / COUNT * COUNT);
    forEach(
        pieces,
        i -> body.accept((int) ((long) rows * i / pieces), (int) ((long) rows * (i + 1) / pieces)));
  }
}
