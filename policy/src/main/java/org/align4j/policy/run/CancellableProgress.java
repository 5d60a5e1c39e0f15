package org.align4j.policy.run;

import java.util.concurrent.CancellationException;
import org.align4j.core.run.Progress;

/**
 * Ends work that leaves nothing behind when it is stopped half-way: after a run has been cancelled,
 * the next step of its progress throws.
 */
public final class CancellableProgress implements Progress.Factory {
  private final Progress.Factory bars;
  private final CancellationToken cancellation;

  /**
   * Watches a run.
   *
   * @param bars show the steps
   * @param cancellation of the run
   */
  public CancellableProgress(Progress.Factory bars, CancellationToken cancellation) {
    this.bars = bars;
    this.cancellation = cancellation;
  }

  /**
   * Begins a task.
   *
   * @param task what is being done
   * @param total units of work
   * @return what counts the units; its {@code step} throws {@link CancellationException} once the
   *     run has been cancelled
   */
  @Override
  public Progress start(String task, long total) {
    Progress bar = bars.start(task, total);
    return new Progress() {
      @Override
      public void step(long units) {
        bar.step(units);
        if (cancellation.isCancelled()) {
          throw new CancellationException("cancelled: " + task);
        }
      }

      @Override
      public void note(String text) {
        bar.note(text);
      }

      @Override
      public void close() {
        bar.close();
      }
    };
  }
}
