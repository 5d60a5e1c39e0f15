package org.align4j.policy.online;

import java.util.ArrayList;
import java.util.List;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.random.RandomStream;
import org.align4j.core.random.RandomStream.Purpose;
import org.align4j.policy.train.StepRunner;

/**
 * The passes of optimizer steps over what a round has given, each in mini-batches.
 *
 * @param <E> what a step learns from
 */
final class RoundPasses<E> {
  private final StepRunner<E> steps;
  private final OnlineConfig config;

  RoundPasses(StepRunner<E> steps, OnlineConfig config) {
    this.steps = steps;
    this.config = config;
  }

  /**
   * Learns from a round.
   *
   * @param groups what belongs to one prompt, so that it still shares the prompt's rows
   * @return the steps' metrics together
   */
  MetricSums learn(List<List<E>> groups, double rate, long round) {
    MetricSums sums = new MetricSums();
    RandomStream random = RandomStream.of(config.training().seed(), Purpose.MINI_BATCHES).at(round);
    long passes = (long) config.epochs() * config.miniBatches();
    for (int epoch = 0; epoch < config.epochs(); epoch++) {
      List<List<E>> batches = miniBatches(groups, random.at(epoch));
      for (int i = 0; i < batches.size(); i++) {
        long step = round * passes + (long) epoch * config.miniBatches() + i;
        sums.merge(steps.run(batches.get(i), rate, step));
      }
    }
    return sums;
  }

  /** Whole groups, shuffled; a single batch has them in order. */
  private List<List<E>> miniBatches(List<List<E>> groups, RandomStream random) {
    if (config.miniBatches() == 1) {
      return List.of(groups.stream().flatMap(List::stream).toList());
    }
    List<List<E>> shuffled = new ArrayList<>(groups);
    random.shuffle(shuffled);
    int count = Math.min(config.miniBatches(), shuffled.size());
    List<List<E>> out = new ArrayList<>(count);
    for (int b = 0; b < count; b++) {
      List<E> batch = new ArrayList<>();
      shuffled
          .subList(b * shuffled.size() / count, (b + 1) * shuffled.size() / count)
          .forEach(batch::addAll);
      out.add(batch);
    }
    return out;
  }
}
