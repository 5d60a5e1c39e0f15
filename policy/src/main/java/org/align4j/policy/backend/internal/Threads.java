package org.align4j.policy.backend.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * The one pool of the engine. Work is cut into items that threads take from a shared counter, so
 * ragged items balance themselves. {@code -Dalign4j.threads} sets the number, by default all
 * processors.
 */
public final class Threads {
  /** Threads that a parallel loop uses, the caller included. */
  public static final int COUNT =
      Integer.getInteger("align4j.threads", Runtime.getRuntime().availableProcessors());

  private static final ForkJoinPool POOL = COUNT > 1 ? new ForkJoinPool(COUNT - 1) : null;

  private Threads() {}

  /** Calls body for 0..items-1, in any order, and returns when all are done. */
  public static void forEach(int items, IntConsumer body) {
    int helpers = Math.min(COUNT, items) - 1;
    if (helpers <= 0 || POOL == null) {
      for (int i = 0; i < items; i++) {
        body.accept(i);
      }
      return;
    }
    AtomicInteger next = new AtomicInteger();
    Runnable loop =
        () -> {
          for (int i = next.getAndIncrement(); i < items; i = next.getAndIncrement()) {
            body.accept(i);
          }
        };
    List<Future<?>> running = new ArrayList<>(helpers);
    for (int h = 0; h < helpers; h++) {
      running.add(POOL.submit(loop));
    }
    loop.run();
    for (Future<?> helper : running) {
      join(helper);
    }
  }

  private static void join(Future<?> helper) {
    try {
      helper.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a kernel ran", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** A range of rows of a loop. */
  @FunctionalInterface
  public interface Rows {
    /** Handles rows {@code from} (inclusive) to {@code to} (exclusive). */
    void accept(int from, int to);
  }

  /**
   * Cuts 0..rows-1 into ranges of at least {@code grain} rows.
   *
   * @param grain rows whose work is worth a hand-over between threads (tens of microseconds)
   */
  public static void forRows(int rows, int grain, Rows body) {
    int pieces = Math.max(1, Math.min(4 * COUNT, rows / Math.max(1, grain)));
    forEach(
        pieces,
        i -> body.accept((int) ((long) rows * i / pieces), (int) ((long) rows * (i + 1) / pieces)));
  }
}
