package org.align4j.core.advantage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rewards of sampled completions with what advantages are made of. Completions of one prompt stand
 * one after another.
 *
 * @param rewards one a completion
 * @param penalties what each token pays, for example β times its KL estimate, {@code
 *     [completion][token]}
 * @param values a critic's values of the same shape; empty without a critic
 * @param groupSize completions a prompt
 */
public record ScoredCompletions(
    double[] rewards, List<double[]> penalties, List<double[]> values, int groupSize) {

  /** {@return the reward less all penalties, one a completion} */
  public double[] penalizedRewards() {
    double[] out = rewards.clone();
    for (int i = 0; i < out.length; i++) {
      out[i] -= Arrays.stream(penalties.get(i)).sum();
    }
    return out;
  }

  /**
   * {@return each token's penalty as a negative reward, the completion's reward on its last token}
   */
  public List<double[]> tokenRewards() {
    return tokenRewards(rewards);
  }

  List<double[]> tokenRewards(double[] finalRewards) {
    List<double[]> out = new ArrayList<>(finalRewards.length);
    for (int i = 0; i < finalRewards.length; i++) {
      double[] row = Arrays.stream(penalties.get(i)).map(x -> -x).toArray();
      row[row.length - 1] += finalRewards[i];
      out.add(row);
    }
    return out;
  }

  /** One number a completion at each of its tokens. */
  List<double[]> atEveryToken(double[] perCompletion) {
    List<double[]> out = new ArrayList<>(perCompletion.length);
    for (int i = 0; i < perCompletion.length; i++) {
      double[] row = new double[penalties.get(i).length];
      Arrays.fill(row, perCompletion[i]);
      out.add(row);
    }
    return out;
  }
}
