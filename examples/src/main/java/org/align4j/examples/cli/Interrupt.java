package org.align4j.examples.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.align4j.policy.run.CancellationToken;

/**
 * Turns Ctrl-C into a request to end after the current step. The JVM's exit waits until the work
 * has written its results and closed this.
 */
final class Interrupt implements AutoCloseable {
  private static final int GRACE_SECONDS = 60;

  private final CountDownLatch finished = new CountDownLatch(1);
  private final Thread hook = new Thread(this::onExit, "interrupt");
  private final CancellationToken cancellation = new CancellationToken();

  Interrupt() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private void onExit() {
    cancellation.cancel();
    System.err.println();
    System.err.println("stopping after this step; what was learnt so far is being written");
    try {
      if (!finished.await(GRACE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("gave up waiting");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Is cancelled when the JVM is told to exit. */
  CancellationToken cancellation() {
    return cancellation;
  }

  @Override
  public void close() {
    finished.countDown();
    if (!cancellation.isCancelled()) {
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }
}
