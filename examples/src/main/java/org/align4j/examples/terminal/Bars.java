package org.align4j.examples.terminal;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.align4j.core.run.Progress;
import org.align4j.core.run.ProgressLines;

/** Progress on standard error: bars on a terminal, lines now and then in a log. */
public final class Bars {
  private static final int UPDATE_MILLIS = 500;
  private static final int WIDTH = 100;

  /** Draws a bar for each task, or writes lines. */
  public static final Progress.Factory FACTORY =
      (task, total) ->
          Terminal.hasStandardError()
              ? bar(task, total)
              : new ProgressLines(System.err).start(task, total);

  private Bars() {}

  private static Progress bar(String task, long total) {
    return new Bar(
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(total)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(UPDATE_MILLIS)
            .setConsumer(new ConsoleProgressBarConsumer(System.err, WIDTH))
            .build());
  }

  private record Bar(ProgressBar bar) implements Progress {
    @Override
    public void step(long units) {
      bar.stepBy(units);
    }

    @Override
    public void note(String text) {
      bar.setExtraMessage(" " + text);
    }

    @Override
    public void close() {
      bar.close();
    }
  }
}
