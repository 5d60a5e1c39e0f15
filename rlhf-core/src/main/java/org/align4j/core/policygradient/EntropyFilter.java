package org.align4j.core.policygradient;

import java.util.Arrays;
import java.util.List;

/**
 * Which of a step's tokens learn: those of highest entropy (Wang et al. 2025, arXiv 2506.01939).
 *
 * @param topQuantile their share, in (0, 1]; 1 = all
 */
record EntropyFilter(double topQuantile) {

  /** Whether it leaves tokens out, for which it needs their entropies. */
  boolean active() {
    return topQuantile < 1;
  }

  /** The entropy below which tokens do not learn, interpolated between the step's; 0 = all do. */
  double floor(List<double[]> entropies) {
    if (!active()) {
      return 0;
    }
    if (entropies.isEmpty()) {
      throw new IllegalArgumentException("top_entropy_quantile needs the tokens' entropies");
    }
    double[] sorted = entropies.stream().flatMapToDouble(Arrays::stream).sorted().toArray();
    double at = (1 - topQuantile) * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
