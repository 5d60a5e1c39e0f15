package org.align4j.core.objective;

import java.util.List;
import org.align4j.core.metric.MetricSums;

/**
 * What a preference objective returns.
 *
 * @param loss the scalar loss, already divided by the normaliser's counts
 * @param dChosen d loss / d log-prob of each chosen token, {@code [pair][token]}
 * @param dRejected the same for rejected tokens
 * @param dPrompt the same for prompt tokens; empty where the objective does not see them
 * @param metrics TRL's names ({@code rewards/chosen}, ...), means with the number of pairs or
 *     tokens they are over
 */
public record PairwiseValue(
    double loss,
    List<double[]> dChosen,
    List<double[]> dRejected,
    List<double[]> dPrompt,
    MetricSums metrics) {

  /**
   * A value of an objective that does not see prompt tokens.
   *
   * @param loss of the pairs
   * @param dChosen d loss / d chosen log-probs, in their shape
   * @param dRejected d loss / d rejected log-probs, in their shape
   * @param metrics under TRL's names
   */
  public PairwiseValue(
      double loss, List<double[]> dChosen, List<double[]> dRejected, MetricSums metrics) {
    this(loss, dChosen, dRejected, List.of(), metrics);
  }

  /**
   * {@return what falls to some of the pairs: their gradients, by their number a share of the loss}
   * The first part has all metrics.
   *
   * @param from first pair
   * @param count number of pairs
   */
  public PairwiseValue part(int from, int count) {
    int to = from + count;
    return new PairwiseValue(
        loss * count / dChosen.size(),
        dChosen.subList(from, to),
        dRejected.subList(from, to),
        dPrompt.isEmpty() ? dPrompt : dPrompt.subList(from, to),
        from == 0 ? metrics : new MetricSums());
  }
}
