package org.align4j.examples.terminal;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.align4j.policy.run.CancellationToken;

/**
 * Turns Ctrl-C into a request to end after the current step. The JVM's exit waits until the work
 * has written its results and closed this.
 */
public final class Interrupt implements AutoCloseable {
  private static final int GRACE_SECONDS = 60;

  private final CountDownLatch finished = new CountDownLatch(1);
  private final Thread hook = new Thread(this::onExit, "interrupt");
  private final CancellationToken cancellation = new CancellationToken();
  private boolean armed;

  /** Leaves Ctrl-C as it is until {@link #arm}. */
  public Interrupt() {}

  /**
   * Begins to listen; before, Ctrl-C ends the JVM as usual.
   *
   * @return what is cancelled when the JVM is told to exit
   */
  public CancellationToken arm() {
    if (!armed) {
      armed = true;
      Runtime.getRuntime().addShutdownHook(hook);
    }
    return cancellation;
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

  @Override
  public void close() {
    finished.countDown();
    if (armed && !cancellation.isCancelled()) {
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }
}
