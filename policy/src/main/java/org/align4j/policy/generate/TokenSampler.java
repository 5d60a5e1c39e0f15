package org.align4j.policy.generate;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Chooses one token from the probabilities of a row. */
final class TokenSampler {
  private static final double[] THRESHOLDS = {1e-3, 1e-5, 0};

  private TokenSampler() {}

  /** Divides positive and multiplies negative logits of tokens that occurred. */
  static void penalise(float[] logits, int[] seen, int seenCount, double penalty) {
    IntStream.of(seen)
        .limit(seenCount)
        .distinct()
        .forEach(
            id ->
                logits[id] =
                    (float) (logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty));
  }

  /**
   * Draws a token from those that top-k leaves and of these from the likeliest that together have
   * at least the share top-p of what top-k has left.
   *
   * @param uniform in [0, 1)
   */
  static int sample(float[] probabilities, int count, SamplingParams params, double uniform) {
    if (params.topK() == 0 && params.topP() == 1) {
      return invert(probabilities, count, uniform);
    }
    Integer[] order = candidates(probabilities, count, params);
    int most = params.topK() == 0 ? order.length : withTies(probabilities, order, params.topK());
    double wanted = params.topP() * (params.topK() == 0 ? 1 : sum(probabilities, order, most));
    double mass = 0;
    int kept = 0;
    while (kept < most && (kept == 0 || params.topP() == 1 || mass < wanted)) {
      mass += probabilities[order[kept++]];
    }
    double target = uniform * mass;
    double sum = 0;
    for (int i = 0; i < kept; i++) {
      sum += probabilities[order[i]];
      if (sum > target) {
        return order[i];
      }
    }
    return order[kept - 1];
  }

  /** How many tokens top-k leaves: all that are as likely as the k-th stay, as in transformers. */
  private static int withTies(float[] probabilities, Integer[] order, int k) {
    int most = Math.min(k, order.length);
    while (most < order.length && probabilities[order[most]] == probabilities[order[most - 1]]) {
      most++;
    }
    return most;
  }

  private static double sum(float[] probabilities, Integer[] order, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += probabilities[order[i]];
    }
    return sum;
  }

  private static int invert(float[] probabilities, int count, double uniform) {
    double sum = 0;
    int last = 0;
    for (int i = 0; i < count; i++) {
      if (probabilities[i] > 0) {
        sum += probabilities[i];
        last = i;
        if (sum > uniform) {
          return i;
        }
      }
    }
    return last;
  }

  /** The likeliest tokens in falling order, enough of them for top-k and top-p, seldom all. */
  private static Integer[] candidates(float[] probabilities, int count, SamplingParams params) {
    for (double threshold : THRESHOLDS) {
      int[] ids = IntStream.range(0, count).filter(i -> probabilities[i] > threshold).toArray();
      double mass = Arrays.stream(ids).mapToDouble(i -> probabilities[i]).sum();
      boolean enough = params.topK() > 0 ? ids.length >= params.topK() : mass >= params.topP();
      if (enough || threshold == 0) {
        return Arrays.stream(ids)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -probabilities[i]))
            .toArray(Integer[]::new);
      }
    }
    throw new AssertionError("the last threshold always returns");
  }
}
