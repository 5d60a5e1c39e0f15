package org.align4j.core.run;

/** Where long work reports how far it is; the command line draws a bar, a library user may log. */
public interface Progress extends AutoCloseable {

  /**
   * Advances by some units.
   *
   * @param units in the unit of the task's total, ≥ 0
   */
  void step(long units);

  /**
   * A short note beside the bar, such as the current loss.
   *
   * @param text replaces the note before
   */
  void note(String text);

  @Override
  void close();

  /** Opens a progress display. */
  @FunctionalInterface
  interface Factory {
    /**
     * Begins a task.
     *
     * @param task what is being done, in two or three words
     * @param total units of work
     * @return what counts the units; closing it ends the task
     */
    Progress start(String task, long total);
  }

  /** Reports nowhere. */
  Factory SILENT =
      (task, total) ->
          new Progress() {
            @Override
            public void step(long units) {}

            @Override
            public void note(String text) {}

            @Override
            public void close() {}
          };
}
