package org.align4j.policy.backend.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class ThreadsTest {

  @Test
  void everyItemRunsOnce() {
    for (int items : new int[] {0, 1, 2, 1000}) {
      AtomicIntegerArray runs = new AtomicIntegerArray(Math.max(1, items));
      Threads.forEach(items, runs::incrementAndGet);
      for (int i = 0; i < items; i++) {
        assertThat(runs.get(i)).isEqualTo(1);
      }
    }
  }

  @Test
  void loopsInsideLoopsAndBesideThemComplete() throws InterruptedException {
    AtomicIntegerArray runs = new AtomicIntegerArray(2);
    Runnable nested =
        () -> Threads.forEach(8, i -> Threads.forEach(8, j -> runs.incrementAndGet(0)));
    Thread beside = new Thread(() -> Threads.forEach(64, i -> runs.incrementAndGet(1)));
    beside.start();
    nested.run();
    beside.join();
    assertThat(runs.get(0)).isEqualTo(64);
    assertThat(runs.get(1)).isEqualTo(64);
  }

  /** Long enough apart for the helpers to have gone to sleep. */
  @Test
  void sleepingHelpersAreWoken() throws InterruptedException {
    AtomicIntegerArray runs = new AtomicIntegerArray(1);
    for (int round = 0; round < 5; round++) {
      Thread.sleep(3);
      Threads.forEach(100, i -> runs.incrementAndGet(0));
    }
    assertThat(runs.get(0)).isEqualTo(500);
  }

  @Test
  void aFailureReachesTheCallerAndThePoolGoesOn() {
    assertThatThrownBy(
            () ->
                Threads.forEach(
                    50,
                    i -> {
                      if (i == 7) {
                        throw new IllegalArgumentException("item 7");
                      }
                    }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("item 7");
    everyItemRunsOnce();
  }
}
