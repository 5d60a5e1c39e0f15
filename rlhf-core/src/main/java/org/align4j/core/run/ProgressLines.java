package org.align4j.core.run;

import java.io.PrintStream;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Progress for a log: a line every ten seconds and one at a task's end, where a bar would fill the
 * log with redraws.
 */
public final class ProgressLines implements Progress.Factory {
  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final double PERCENT = 100.0;

  private final PrintStream out;
  private final LongSupplier nanos;

  /**
   * Writes to a stream, by the system's clock.
   *
   * @param out such as standard error
   */
  public ProgressLines(PrintStream out) {
    this(out, System::nanoTime);
  }

  /**
   * Writes to a stream.
   *
   * @param nanos a clock in nanoseconds that never goes back
   */
  ProgressLines(PrintStream out, LongSupplier nanos) {
    this.out = out;
    this.nanos = nanos;
  }

  @Override
  public Progress start(String task, long total) {
    return new Lines(task, total);
  }

  private final class Lines implements Progress {
    private final String task;
    private final long total;
    private final long started = nanos.getAsLong();
    private long printed = started;
    private long done;
    private String note = "";

    Lines(String task, long total) {
      this.task = task;
      this.total = total;
    }

    @Override
    public synchronized void step(long units) {
      done += units;
      printIfDue();
    }

    @Override
    public synchronized void note(String text) {
      note = text;
      printIfDue();
    }

    @Override
    public synchronized void close() {
      print();
    }

    private void printIfDue() {
      if (nanos.getAsLong() - printed >= INTERVAL.toNanos()) {
        print();
      }
    }

    private void print() {
      printed = nanos.getAsLong();
      StringBuilder line = new StringBuilder(task).append(": ").append(done);
      if (total > 0) {
        line.append(" of ").append(total).append(" (");
        line.append(Math.round(PERCENT * done / total)).append("%)");
      }
      line.append(" after ").append(Duration.ofNanos(printed - started).toSeconds()).append(" s");
      if (!note.isBlank()) {
        line.append(", ").append(note.strip());
      }
      out.println(line);
    }
  }
}
