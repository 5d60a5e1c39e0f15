package org.align4j.core.policygradient;

import java.util.Locale;
import org.align4j.core.ConfigurationException;

/** What the ratio π/π_old is taken of. */
public enum RatioLevel {
  /** Each token. */
  TOKEN,
  /**
   * The completion, by the geometric mean of its tokens' ratios: GSPO (Zheng et al. 2025, arXiv
   * 2507.18071, Eq. 7).
   */
  SEQUENCE,
  /** The completion, by their product: the importance weight itself, as RLOO has it. */
  SEQUENCE_PRODUCT;

  /**
   * Accepts TRL's {@code importance_sampling_level}.
   *
   * @param name in any case
   * @return the level
   */
  public static RatioLevel parse(String name) {
    try {
      return valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          "importance_sampling_level is \""
              + name
              + "\"; expected token, sequence or sequence_product",
          e);
    }
  }

  /** Log-weights of a completion's tokens from their log-ratios. */
  double[] logWeights(double[] logRatios) {
    double sum = 0;
    for (double x : logRatios) {
      sum += x;
    }
    double[] out = new double[logRatios.length];
    for (int t = 0; t < out.length; t++) {
      out[t] =
          switch (this) {
            case TOKEN -> logRatios[t];
            case SEQUENCE -> sum / out.length;
            case SEQUENCE_PRODUCT -> sum;
          };
    }
    return out;
  }

  /** Adds d loss / d log-weight to d loss / d log-prob. */
  void addTokenGradients(double[] dLogWeights, double[] dLogProbs) {
    double sum = 0;
    for (double x : dLogWeights) {
      sum += x;
    }
    for (int t = 0; t < dLogProbs.length; t++) {
      dLogProbs[t] +=
          switch (this) {
            case TOKEN -> dLogWeights[t];
            case SEQUENCE -> sum / dLogProbs.length;
            case SEQUENCE_PRODUCT -> sum;
          };
    }
  }
}
