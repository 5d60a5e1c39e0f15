package org.align4j.reward.recipe;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.align4j.core.run.AtomicFiles;
import org.align4j.core.run.Progress;
import org.align4j.core.run.RunFileException;
import org.align4j.core.run.Settings;
import org.align4j.policy.ChatModel;
import org.align4j.policy.Trainer;
import org.align4j.policy.run.CancellationToken;
import org.align4j.policy.run.MetricsLogListener;
import org.align4j.policy.run.ProgressListener;
import org.align4j.policy.run.RunContext;
import org.align4j.policy.run.TrainingListener;
import org.align4j.policy.run.TrainingResult;
import org.align4j.reward.RewardModel;

/** The folder of a run: its settings, metrics and checkpoints, and in the end what was trained. */
public final class RunFolder {
  private static final ObjectWriter JSON = new ObjectMapper().writerWithDefaultPrettyPrinter();

  static final String REWARD_MODEL = "reward model";

  private static final String REWARD = "reward";

  private final Path path;
  private final boolean resume;
  private final Progress.Factory progress;
  private final Supplier<CancellationToken> cancellation;

  /** Any training that ends with figures. */
  @FunctionalInterface
  interface Training {
    TrainingResult run(RunContext context);
  }

  /**
   * A folder to write to.
   *
   * @param path is made if it is not there
   * @param resume whether to go on from its last checkpoint
   * @param progress bars for models, rollouts and steps
   * @param cancellation asked when training begins; ends it after a step
   */
  public RunFolder(
      Path path,
      boolean resume,
      Progress.Factory progress,
      Supplier<CancellationToken> cancellation) {
    this.path = path;
    this.resume = resume;
    this.progress = progress;
    this.cancellation = cancellation;
  }

  /**
   * {@return a new run without progress bars, which nobody cancels}
   *
   * @param path is made if it is not there
   */
  public static RunFolder of(Path path) {
    return new RunFolder(path, false, Progress.SILENT, CancellationToken::new);
  }

  /** {@return where the run writes} */
  public Path path() {
    return path;
  }

  boolean resume() {
    return resume;
  }

  Progress.Factory progress() {
    return progress;
  }

  /** Writes the settings that were used, defaults included, to config.json. */
  void writeSettings(Settings settings) {
    try {
      AtomicFiles.writeString(
          path.resolve("config.json"), JSON.writeValueAsString(settings.effective()));
    } catch (IOException e) {
      throw new RunFileException(path + ": cannot write the settings: " + e.getMessage(), e);
    }
  }

  /** Runs the training of a reward model, which it {@linkplain #write writes} to reward/. */
  Outcome reward(List<TrainingListener> more, Training training) {
    return new Outcome(REWARD_MODEL, path.resolve(REWARD), run(more, training));
  }

  /** Writes a reward model to reward/. */
  Path write(RewardModel reward) {
    Path folder = path.resolve(REWARD);
    try {
      reward.save(folder);
    } catch (IOException e) {
      throw new RunFileException(folder + ": cannot write the reward model: " + e.getMessage(), e);
    }
    return folder;
  }

  /** Fits a trainer and writes the model, as adapter/ or model/. */
  <D> Outcome fit(Trainer<D> trainer, List<D> rows, ChatModel model) {
    boolean adapter = model.network().lora() != null;
    String what = adapter ? "adapter" : "model";
    Path folder = path.resolve(what);
    Map<String, Object> summary =
        run(
            List.of(),
            context -> {
              trainer
                  .output(context.output())
                  .listen(context.listeners().toArray(TrainingListener[]::new))
                  .cancelledBy(context.cancellation());
              TrainingResult result = resume ? trainer.resume(rows) : trainer.fit(rows);
              if (adapter) {
                model.saveAdapter(folder);
              } else {
                model.saveMerged(folder);
              }
              return result;
            });
    return new Outcome(what, folder, summary);
  }

  /** Runs a training with progress bars, the log of metrics, more listeners and cancellation. */
  private Map<String, Object> run(List<TrainingListener> more, Training training) {
    List<TrainingListener> listeners = new ArrayList<>(more);
    listeners.add(new ProgressListener(progress));
    listeners.add(new MetricsLogListener(path));
    TrainingResult result = training.run(new RunContext(path, listeners, cancellation.get()));
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("steps", result.steps());
    summary.put("stopped", result.stopped());
    summary.putAll(result.last());
    summary.putAll(result.evaluation());
    summary.put("out", path.toString());
    return summary;
  }
}
