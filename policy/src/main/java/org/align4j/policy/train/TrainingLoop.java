package org.align4j.policy.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.run.MetricsLog;
import org.align4j.core.run.Progress;
import org.align4j.policy.backend.Backend;

/**
 * The loop of every trainer: take a step's examples, accumulate gradients over micro-batches that
 * are divided once by the step's counts, clip, update, log, evaluate, save.
 *
 * @param <E> a tokenised example
 */
public final class TrainingLoop<E> {
  /**
   * Where a run leaves its traces and when it ends early.
   *
   * @param output folder for checkpoints and dumps
   * @param metrics run log, or null
   * @param progress bar
   * @param stop asked between steps; true ends the run with what it has
   */
  public record Surroundings(
      Path output, MetricsLog metrics, Progress.Factory progress, BooleanSupplier stop) {}

  /**
   * What a run did.
   *
   * @param steps optimizer steps done, those before a resume included
   * @param stopped whether it ended early on request
   * @param last metrics of the last step
   * @param evaluation metrics of the last evaluation; empty without evaluation data
   */
  public record Result(
      long steps, boolean stopped, Map<String, Double> last, Map<String, Double> evaluation) {}

  private final String name;
  private final TrainingTask<E> task;
  private final TrainingConfig config;
  private final Surroundings surroundings;
  private final StepRunner<E> runner;
  private long countedTokens;
  private long start;

  /**
   * Prepares a run.
   *
   * @param name phase in the log and beside the bar, such as {@code dpo}
   */
  public TrainingLoop(
      String name,
      TrainingTask<E> task,
      TrainingConfig config,
      Backend backend,
      Surroundings surroundings) {
    this.name = name;
    this.task = task;
    this.config = config;
    this.surroundings = surroundings;
    runner = new StepRunner<>(name, task, config, backend, surroundings.output());
  }

  /** Trains from the beginning. */
  public Result run(List<E> examples, List<E> evaluation) {
    return run(examples, evaluation, false);
  }

  /**
   * Trains.
   *
   * @param evaluation held-out examples; may be empty
   * @param resume continue from the checkpoint in the output folder, to the same result bit by bit
   */
  public Result run(List<E> examples, List<E> evaluation, boolean resume) {
    DataOrder<E> order = new DataOrder<>(examples, config);
    long total = config.totalSteps(examples.size());
    long step = resume ? runner.load() : 0;
    start = System.nanoTime();
    Map<String, Double> last = Map.of();
    Map<String, Double> evaluated = Map.of();
    MetricSums logged = new MetricSums();
    try (Progress bar = surroundings.progress().start(name, total)) {
      bar.step(step);
      while (step < total && config.timeShare(start) < 1 && !surroundings.stop().getAsBoolean()) {
        last = step(order.step(step), step, total);
        step++;
        bar.step(1);
        bar.note(String.format(Locale.ROOT, "loss %.4f", last.get("loss")));
        logged.addAll(last, 1);
        if (step % config.loggingSteps() == 0 || step == total) {
          log(name, step, withEpoch(logged.means(), step, order));
          logged = new MetricSums();
        }
        if (!evaluation.isEmpty() && config.evalSteps() > 0 && step % config.evalSteps() == 0) {
          evaluated = evaluate(evaluation, step);
        }
        if (config.saveSteps() > 0 && step % config.saveSteps() == 0) {
          runner.save(step);
        }
      }
    }
    if (!evaluation.isEmpty()) {
      evaluated = evaluate(evaluation, step);
    }
    if (config.saveSteps() > 0) {
      runner.save(step);
    }
    return new Result(step, step < total, last, evaluated);
  }

  private Map<String, Double> withEpoch(Map<String, Double> means, long step, DataOrder<E> order) {
    Map<String, Double> out = new LinkedHashMap<>(means);
    out.put("num_tokens", (double) countedTokens);
    out.put("epoch", (double) step / order.stepsPerEpoch());
    return out;
  }

  private Map<String, Double> step(List<E> examples, long step, long total) {
    double rate = config.rate(step, config.timeShare(start), total);
    Map<String, Double> out = runner.run(examples, rate, step);
    examples.forEach(example -> countedTokens += task.countedTokens(example));
    return out;
  }

  private Map<String, Double> evaluate(List<E> examples, long step) {
    Map<String, Double> out = runner.evaluate(examples);
    log(name, step, out);
    return out;
  }

  private void log(String phase, long step, Map<String, Double> metrics) {
    if (surroundings.metrics() != null) {
      surroundings.metrics().write(phase, step, metrics);
    }
  }
}
