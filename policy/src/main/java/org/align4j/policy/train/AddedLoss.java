package org.align4j.policy.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Collectors;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.random.RandomStream;
import org.align4j.core.random.RandomStream.Purpose;
import org.align4j.policy.task.TrainingTask;

/**
 * A loss on rows of its own that is added to the loss of every step: its gradient joins that of the
 * step's examples before the optimizer's step. Which rows a step takes is a function of seed and
 * step, so that a resumed run goes on with the same ones.
 *
 * @param <E> a tokenised row
 */
public final class AddedLoss<E> {
  private final String name;
  private final TrainingTask<E> task;
  private final DataOrder<E> order;
  private final String fingerprint;

  /**
   * A loss.
   *
   * @param name of the kind of rows, unique among the losses of a run
   * @param task of the same model as the run's; it weighs its loss and gradient itself
   * @param rows at least one
   * @param stepRows rows of a step
   * @param config seed of the order, and whether there is any
   * @param fingerprint of rows and settings, which a resumed run must have as well
   */
  public AddedLoss(
      String name,
      TrainingTask<E> task,
      List<E> rows,
      int stepRows,
      TrainingConfig config,
      String fingerprint) {
    this.name = name;
    this.task = task;
    this.fingerprint = fingerprint;
    RandomStream stream = RandomStream.of(config.seed(), Purpose.ADDED_ORDER).at(name.hashCode());
    order = new DataOrder<>(rows, stepRows, config.shuffle(), stream);
  }

  /** What identifies losses with their rows and settings; empty without any. */
  static String fingerprint(List<AddedLoss<?>> losses) {
    return losses.stream()
        .map(loss -> loss.name + ":" + loss.fingerprint)
        .collect(Collectors.joining(" "));
  }

  /**
   * Forward and backward of a step's rows.
   *
   * @return the step's loss, weighted
   */
  double run(long step, int microBatchTokens, MetricSums metrics) {
    return StepRunner.accumulate(task, order.step(step), microBatchTokens, true, metrics);
  }

  /** Tokens of a step's rows. */
  long tokens(long step) {
    return order.step(step).stream().mapToLong(task::countedTokens).sum();
  }

  /** A step's rows as JSON. */
  List<JsonNode> describe(long step) {
    return order.step(step).stream().map(task::describe).toList();
  }
}
