package org.align4j.core.policygradient;

import java.util.ArrayList;
import java.util.List;
import org.align4j.core.ConfigurationException;

/**
 * Truncated importance sampling (Yao et al. 2025, "Your Efficient RL Framework Secretly Brings You
 * Off-Policy RL Training"): ratios as weights, with bounds.
 *
 * @param level what one weight stands for
 * @param mode what happens outside of [low, high]
 * @param low smallest ratio, ≥ 0
 * @param high largest ratio, &gt; low
 */
public record BoundedRatios(Level level, Mode mode, double low, double high)
    implements ImportanceCorrection {

  /**
   * Checks the bounds.
   *
   * @param level what one weight stands for
   * @param mode what happens outside of [low, high]
   * @param low smallest ratio, ≥ 0
   * @param high largest ratio, &gt; low
   */
  public BoundedRatios {
    if (low < 0 || high <= low) {
      throw new ConfigurationException(
          "importance bounds must be 0 <= low < high, got " + low + " and " + high);
    }
    if (level == Level.SEQUENCE_MEAN && mode == Mode.TRUNCATE) {
      throw new ConfigurationException(
          "a sequence's mean ratio is a filter, not a weight; use mode mask");
    }
  }

  @Override
  public boolean active() {
    return true;
  }

  @Override
  public Weights weights(List<double[]> trainer, List<double[]> sampler) {
    List<double[]> out = new ArrayList<>(trainer.size());
    long outside = 0;
    long tokens = 0;
    for (int i = 0; i < trainer.size(); i++) {
      double[] ratios = new double[trainer.get(i).length];
      double sum = 0;
      for (int t = 0; t < ratios.length; t++) {
        ratios[t] = trainer.get(i)[t] - sampler.get(i)[t];
        sum += ratios[t];
      }
      double[] weights = new double[ratios.length];
      for (int t = 0; t < ratios.length; t++) {
        double judged =
            switch (level) {
              case TOKEN -> Math.exp(ratios[t]);
              case SEQUENCE -> Math.exp(sum);
              case SEQUENCE_MEAN -> Math.exp(sum / ratios.length);
            };
        double weight = level == Level.SEQUENCE ? judged : Math.exp(ratios[t]);
        boolean inside = judged >= low && judged <= high;
        outside += inside ? 0 : 1;
        weights[t] =
            inside ? weight : mode == Mode.MASK ? 0 : Math.max(low, Math.min(high, weight));
      }
      tokens += ratios.length;
      out.add(weights);
    }
    return new Weights(out, tokens == 0 ? 0 : (double) outside / tokens);
  }
}
