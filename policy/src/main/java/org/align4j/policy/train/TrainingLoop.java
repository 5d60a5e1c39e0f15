package org.align4j.policy.train;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.run.MetricsLog;
import org.align4j.core.run.Progress;
import org.align4j.policy.backend.Backend;

/**
 * Training on recorded examples: takes a step's, accumulates gradients over micro-batches that are
 * divided once by the step's counts, clips, updates, logs, evaluates, saves.
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
   * @param stop asked between steps, and between tokens while completions are sampled; true ends
   *     the run with what it has
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
    return new RunLoop<E>(name, "loss", config, surroundings)
        .run(examples, resume, new Steps(evaluation));
  }

  private final class Steps implements RunLoop.Steps<E> {
    private final List<E> heldOut;

    Steps(List<E> heldOut) {
      this.heldOut = heldOut;
    }

    @Override
    public Optional<RunLoop.Done> run(List<E> examples, double rate, long step) {
      MetricSums metrics = runner.run(examples, rate, step);
      long tokens = examples.stream().mapToLong(task::countedTokens).sum();
      return Optional.of(new RunLoop.Done(metrics, tokens));
    }

    @Override
    public Map<String, Double> means(MetricSums sums) {
      return runner.means(sums);
    }

    @Override
    public void begin() {
      runner.setAside();
    }

    @Override
    public boolean save(RunProgress progress) {
      return runner.save(progress, Map.of());
    }

    @Override
    public RunProgress load() {
      return runner.load().progress();
    }

    @Override
    public Map<String, Double> evaluate() {
      return heldOut.isEmpty() ? Map.of() : runner.evaluate(heldOut);
    }
  }
}
