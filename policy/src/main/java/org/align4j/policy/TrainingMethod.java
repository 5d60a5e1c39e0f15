package org.align4j.policy;

import java.util.List;
import org.align4j.policy.run.TrainingResult;

/**
 * A kind of training, as {@link Trainer} runs it.
 *
 * @param <D> a row of training data
 */
@FunctionalInterface
interface TrainingMethod<D> {

  /** Trains on rows. */
  TrainingResult train(TrainingSetup<D> setup, List<D> rows);

  /** Whether it adds the losses of {@link NextTokenRows} to its own. */
  default boolean takesNextTokenRows() {
    return false;
  }
}
