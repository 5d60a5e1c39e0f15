package org.align4j.policy.train;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.align4j.core.metric.MetricSums;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.run.RunContext;
import org.align4j.policy.run.TrainingResult;
import org.align4j.policy.task.TrainingTask;

/**
 * Training on recorded examples: each step of the {@link RunLoop} is an optimizer step on the next
 * examples.
 *
 * @param <E> a tokenised example
 */
public final class TrainingLoop<E> {
  private final String name;
  private final TrainingTask<E> task;
  private final TrainingConfig config;
  private final RunContext context;
  private final StepRunner<E> runner;

  /**
   * Prepares a run.
   *
   * @param name of the trainer, such as {@code dpo}; the phase in logs
   * @param task what a step computes
   * @param config of the run
   * @param backend runs the optimizer
   * @param context output folder, listeners and cancellation
   */
  public TrainingLoop(
      String name,
      TrainingTask<E> task,
      TrainingConfig config,
      Backend backend,
      RunContext context) {
    this(name, task, config, backend, context, List.of());
  }

  /**
   * Prepares a run.
   *
   * @param name of the trainer, such as {@code dpo}; the phase in logs
   * @param task what a step computes
   * @param config of the run
   * @param backend runs the optimizer
   * @param context output folder, listeners and cancellation
   * @param added losses that are added to the task's in every step, of the same model
   */
  public TrainingLoop(
      String name,
      TrainingTask<E> task,
      TrainingConfig config,
      Backend backend,
      RunContext context,
      List<AddedLoss<?>> added) {
    this.name = name;
    this.task = task;
    this.config = config;
    this.context = context;
    runner = new StepRunner<>(name, task, config, backend, context.output(), added);
  }

  /**
   * Trains from the beginning.
   *
   * @param examples at least one
   * @param evaluation held-out examples; may be empty
   * @return steps and last metrics
   */
  public TrainingResult run(List<E> examples, List<E> evaluation) {
    return run(examples, evaluation, false);
  }

  /**
   * Trains.
   *
   * @param examples at least one
   * @param evaluation held-out examples; may be empty
   * @param resume go on from the checkpoint in the output folder; the result is the same bit by bit
   * @return steps and last metrics
   */
  public TrainingResult run(List<E> examples, List<E> evaluation, boolean resume) {
    return run(
        examples, () -> evaluation.isEmpty() ? Map.of() : runner.evaluate(evaluation), resume);
  }

  /**
   * Trains with an evaluation of one's own.
   *
   * @param examples at least one
   * @param evaluation gives metrics of the model as it is; their names should begin with {@code
   *     eval_}
   * @param resume go on from the checkpoint in the output folder; the result is the same bit by bit
   * @return steps and last metrics
   */
  public TrainingResult run(
      List<E> examples, Supplier<Map<String, Double>> evaluation, boolean resume) {
    return new RunLoop<E>(name, config, context).run(examples, resume, new Steps(evaluation));
  }

  private final class Steps implements RunLoop.Steps<E> {
    private final Supplier<Map<String, Double>> evaluation;

    Steps(Supplier<Map<String, Double>> evaluation) {
      this.evaluation = evaluation;
    }

    @Override
    public StepRunner<E> runner() {
      return runner;
    }

    @Override
    public Optional<RunLoop.Done> run(List<E> examples, double rate, long step) {
      MetricSums metrics = runner.run(examples, rate, step);
      long tokens = examples.stream().mapToLong(task::countedTokens).sum();
      return Optional.of(new RunLoop.Done(metrics, tokens + runner.addedTokens(step)));
    }

    @Override
    public Map<String, Double> means(MetricSums sums) {
      return runner.means(sums);
    }

    @Override
    public Map<String, Double> evaluate() {
      return evaluation.get();
    }
  }
}
