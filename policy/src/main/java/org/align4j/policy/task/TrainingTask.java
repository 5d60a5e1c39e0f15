package org.align4j.policy.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.align4j.core.metric.MetricSums;
import org.align4j.policy.model.Trainable;

/**
 * What a kind of training does with its examples; the loop around it is the same for all.
 *
 * @param <E> a tokenised example
 */
public interface TrainingTask<E> {

  /** {@return what is trained} */
  Trainable model();

  /**
   * {@return rows that an example takes in the network}
   *
   * @param example of this task
   */
  int tokens(E example);

  /**
   * {@return tokens of an example as TRL counts {@code num_tokens}: every sequence with its prompt}
   * Differs from {@link #tokens} where sequences share one.
   *
   * @param example of this task
   */
  default int countedTokens(E example) {
    return tokens(example);
  }

  /**
   * Told of every step before its micro-batches are run in order, for what must be known of all of
   * them first.
   *
   * @param micros the step's examples, as {@link #run} will get them
   * @param train whether {@link #run} will add to the gradients
   */
  default void prepare(List<List<E>> micros, boolean train) {}

  /**
   * Forward, objective and (when training) backward of a micro-batch.
   *
   * @param micro some of the step's examples
   * @param step all of the step's examples, over which losses are normalised
   * @param train whether to add to the gradients
   * @param metrics receives means, each with its number of items as weight
   * @return this micro-batch's part of the step's loss
   */
  double run(List<E> micro, List<E> step, boolean train, MetricSums metrics);

  /** {@return what the task has learnt besides the weights, for checkpoints} */
  default Map<String, Double> state() {
    return Map.of();
  }

  /**
   * Goes on from a checkpoint's {@link #state}.
   *
   * @param state what {@link #state} gave
   */
  default void restore(Map<String, Double> state) {}

  /**
   * {@return means of a step with those metrics added that follow from others}
   *
   * @param means by name
   */
  default Map<String, Double> withDerived(Map<String, Double> means) {
    return means;
  }

  /**
   * {@return an example as JSON, for the dump that explains a loss that is not a number}
   *
   * @param example of this task
   */
  JsonNode describe(E example);
}
