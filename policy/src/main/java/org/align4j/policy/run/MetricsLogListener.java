package org.align4j.policy.run;

import java.nio.file.Path;
import org.align4j.core.run.EarlierRun;
import org.align4j.core.run.MetricsLog;

/**
 * Writes {@code metrics.jsonl}: one JSON object for each logged step and each evaluation. A new run
 * renames the file of an earlier one to {@code metrics.jsonl.previous}; a resumed run rewrites what
 * came after its checkpoint. Several runs, one after another, may share a listener and its file.
 */
public final class MetricsLogListener implements TrainingListener {
  private final Path file;
  private boolean begun;
  private MetricsLog log;

  /**
   * Logs to {@code metrics.jsonl} in a folder, which is made if it is not there.
   *
   * @param folder of the run
   */
  public MetricsLogListener(Path folder) {
    file = folder.resolve("metrics.jsonl");
  }

  @Override
  public void onStart(TrainingEvent event) {
    if (!begun && !event.run().resumed()) {
      EarlierRun.setAside(file);
    }
    begun = true;
    log = new MetricsLog(file);
    if (event.run().resumed()) {
      log.rewind(event.run().phase(), event.step());
    }
  }

  @Override
  public void onLog(TrainingEvent event) {
    log.write(event.run().phase(), event.step(), event.metrics());
  }

  @Override
  public void onEvaluation(TrainingEvent event) {
    log.write(event.run().phase(), event.step(), event.metrics());
  }

  @Override
  public void onEnd(TrainingRun run, TrainingResult result) {
    if (log != null) {
      log.close();
      log = null;
    }
  }
}
