package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.run.AtomicFiles;
import org.align4j.core.run.EarlierRun;
import org.align4j.core.run.MetricsLog;
import org.align4j.core.run.Settings;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.format.ModelFolders;
import org.align4j.policy.format.PeftAdapters;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.train.LengthPolicy;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingLoop;
import org.align4j.policy.train.TrainingTask;

/** The part of a training command that does not depend on what is trained. */
final class TrainingRun {
  private final TrainingOptions options;
  private final ModelOptions modelOptions;
  private final Settings settings;

  TrainingRun(TrainingOptions options, ModelOptions modelOptions, Settings settings) {
    this.options = options;
    this.modelOptions = modelOptions;
    this.settings = settings;
  }

  /** Loads the model and makes it trainable: a new adapter, the given one, or all weights. */
  PolicyModel model(Trained trained, long seed, boolean checkpointing) {
    PolicyModel model = modelOptions.loadBase();
    if (checkpointing) {
      model.transformer().checkpointActivations();
    }
    trained.apply(model.transformer(), seed);
    return model;
  }

  /** Runs a loop over examples. */
  <E> Map<String, Object> run(
      String name,
      PolicyModel model,
      TrainingTask<E> task,
      TrainingConfig config,
      List<E> examples,
      List<E> evaluation)
      throws IOException {
    return run(
        surroundings -> {
          TrainingLoop.Result result =
              new TrainingLoop<>(name, task, config, Backends.defaultBackend(), surroundings)
                  .run(examples, evaluation, options.resume);
          save(model);
          return result;
        });
  }

  /** Any training that ends with weights on disk. */
  @FunctionalInterface
  interface Training {
    TrainingLoop.Result run(TrainingLoop.Surroundings surroundings) throws IOException;
  }

  /** Runs a training with the output folder's log, bars and Ctrl-C around it. */
  Map<String, Object> run(Training training) throws IOException {
    AtomicFiles.writeString(
        options.out.resolve("config.json"),
        JsonOutput.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(settings.effective()));
    if (!options.resume) {
      EarlierRun.setAside(options.out.resolve("metrics.jsonl"));
    }
    TrainingLoop.Result result;
    try (MetricsLog metrics = new MetricsLog(options.out.resolve("metrics.jsonl"));
        Interrupt interrupt = new Interrupt()) {
      result =
          training.run(
              new TrainingLoop.Surroundings(
                  options.out, metrics, Bars.FACTORY, interrupt::requested));
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
  void save(PolicyModel model) throws IOException {
    if (model.transformer().lora() != null) {
      Path folder = options.out.resolve("adapter");
      PeftAdapters.write(model.transformer(), modelOptions.model, folder);
      System.err.println("adapter written to " + folder);
    } else {
      Path folder = options.out.resolve("model");
      ModelFolders.write(model, folder);
      System.err.println("model written to " + folder);
    }
  }
}
