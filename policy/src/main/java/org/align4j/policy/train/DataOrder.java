package org.align4j.policy.train;

import java.util.ArrayList;
import java.util.List;
import org.align4j.core.data.DataException;
import org.align4j.core.random.RandomStream;
import org.align4j.core.random.RandomStream.Purpose;

/**
 * Which examples a step takes: a function of seed and step alone, so that a resumed run goes on
 * exactly.
 *
 * @param <E> an example
 */
public final class DataOrder<E> {
  private final List<E> examples;
  private final int stepExamples;
  private final boolean shuffle;
  private final RandomStream stream;
  private long orderedEpoch = -1;
  private List<E> ordered;

  /**
   * An order of at least one example.
   *
   * @param examples in file order
   * @param config batch size, seed and whether to shuffle
   */
  public DataOrder(List<E> examples, TrainingConfig config) {
    this(
        examples,
        config.stepExamples(),
        config.shuffle(),
        RandomStream.of(config.seed(), Purpose.DATA_ORDER));
  }

  /**
   * An order of at least one example.
   *
   * @param stepExamples examples of a step
   * @param shuffle whether to shuffle each epoch
   * @param stream shuffles
   */
  DataOrder(List<E> examples, int stepExamples, boolean shuffle, RandomStream stream) {
    if (examples.isEmpty()) {
      throw new DataException("there are no examples to train on");
    }
    this.examples = List.copyOf(examples);
    this.stepExamples = stepExamples;
    this.shuffle = shuffle;
    this.stream = stream;
  }

  /** {@return steps of a pass over the data} */
  public long stepsPerEpoch() {
    return (examples.size() + stepExamples - 1L) / stepExamples;
  }

  /**
   * {@return examples of a step; the last step of an epoch may have fewer}
   *
   * @param step from 0
   */
  public List<E> step(long step) {
    long epoch = step / stepsPerEpoch();
    if (epoch != orderedEpoch) {
      List<E> copy = new ArrayList<>(examples);
      if (shuffle) {
        stream.at(epoch).shuffle(copy);
      }
      ordered = copy;
      orderedEpoch = epoch;
    }
    int from = (int) (step % stepsPerEpoch() * stepExamples);
    return ordered.subList(from, Math.min(from + stepExamples, ordered.size()));
  }
}
