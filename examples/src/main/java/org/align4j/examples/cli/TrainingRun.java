package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.run.AtomicFiles;
import org.align4j.core.run.Settings;
import org.align4j.policy.ChatModel;
import org.align4j.policy.Trainer;
import org.align4j.policy.run.MetricsLogListener;
import org.align4j.policy.run.ProgressListener;
import org.align4j.policy.run.RunContext;
import org.align4j.policy.run.TrainingListener;
import org.align4j.policy.run.TrainingResult;
import org.align4j.policy.text.LengthPolicy;

/** The part of a training command that does not depend on what is trained. */
final class TrainingRun {
  private final TrainingOptions options;
  private final Settings settings;

  TrainingRun(TrainingOptions options, Settings settings) {
    this.options = options;
    this.settings = settings;
  }

  /** Fits a trainer and writes the model. */
  <D> Map<String, Object> fit(Trainer<D> trainer, List<D> rows, ChatModel model)
      throws IOException {
    return run(
        List.of(),
        context -> {
          trainer
              .output(context.output())
              .listen(context.listeners().toArray(TrainingListener[]::new))
              .cancelledBy(context.cancellation());
          TrainingResult result = options.resume ? trainer.resume(rows) : trainer.fit(rows);
          save(model);
          return result;
        });
  }

  /** Any training that ends with weights on disk. */
  @FunctionalInterface
  interface Training {
    TrainingResult run(RunContext context) throws IOException;
  }

  /** Runs a training with progress bars, the log of metrics, more listeners and Ctrl-C. */
  Map<String, Object> run(List<TrainingListener> more, Training training) throws IOException {
    AtomicFiles.writeString(
        options.out.resolve("config.json"),
        JsonOutput.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(settings.effective()));
    List<TrainingListener> listeners = new ArrayList<>(more);
    listeners.add(new ProgressListener(Bars.FACTORY));
    listeners.add(new MetricsLogListener(options.out));
    TrainingResult result;
    try (Interrupt interrupt = new Interrupt()) {
      result = training.run(new RunContext(options.out, listeners, interrupt.cancellation()));
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("steps", result.steps());
    json.put("stopped", result.stopped());
    json.putAll(result.last());
    json.putAll(result.evaluation());
    json.put("out", options.out.toString());
    return json;
  }

  /** Adds how many rows the length limit has left out or cut. */
  static Map<String, Object> counted(LengthPolicy lengths, Map<String, Object> json) {
    Map<String, Object> out = new LinkedHashMap<>(json);
    out.put("rows_left_out", lengths.dropped());
    out.put("rows_cut", lengths.truncated());
    return out;
  }

  /** Writes what was trained: {@code adapter/} or {@code model/}. */
  void save(ChatModel model) {
    boolean adapter = model.network().lora() != null;
    Path folder = options.out.resolve(adapter ? "adapter" : "model");
    if (adapter) {
      model.saveAdapter(folder);
    } else {
      model.saveMerged(folder);
    }
    System.err.println((adapter ? "adapter" : "model") + " written to " + folder);
  }
}
