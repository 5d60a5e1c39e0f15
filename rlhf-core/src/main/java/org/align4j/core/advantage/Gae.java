package org.align4j.core.advantage;

import java.util.ArrayList;
import java.util.List;
import org.align4j.core.ConfigurationException;

/**
 * Generalized advantage estimation (Schulman et al. 2015, arXiv 1506.02438, Eq. 16) over ragged
 * completions: A_t = δ_t + γλ·A_{t+1}, δ_t = r_t + γ·V_{t+1} - V_t, with V = 0 after the last
 * token.
 *
 * @param gamma discount γ in [0, 1]
 * @param lambda trade-off λ in [0, 1]; 1 = returns less values, 0 = one-step errors
 */
public record Gae(double gamma, double lambda) {

  /**
   * What it gives, {@code [completion][token]}.
   *
   * @param advantages A_t
   * @param returns advantages plus values: the critic's targets
   */
  public record Result(List<double[]> advantages, List<double[]> returns) {}

  /**
   * Checks ranges.
   *
   * @param gamma discount γ in [0, 1]
   * @param lambda trade-off λ in [0, 1]; 1 = returns less values, 0 = one-step errors
   */
  public Gae {
    if (!(gamma >= 0 && gamma <= 1 && lambda >= 0 && lambda <= 1)) {
      throw new ConfigurationException(
          "gamma and lam must be in [0, 1], got " + gamma + " and " + lambda);
    }
  }

  /**
   * Estimates advantages from rewards and values of the same shape.
   *
   * @param rewards one array a completion, one entry a token
   * @param values of the critic, in the same shape
   * @return advantages and returns, in the same shape
   */
  public Result estimate(List<double[]> rewards, List<double[]> values) {
    List<double[]> advantages = new ArrayList<>(rewards.size());
    List<double[]> returns = new ArrayList<>(rewards.size());
    for (int i = 0; i < rewards.size(); i++) {
      double[] r = rewards.get(i);
      double[] v = values.get(i);
      double[] advantage = new double[r.length];
      double[] target = new double[r.length];
      double next = 0;
      for (int t = r.length - 1; t >= 0; t--) {
        double following = t + 1 < r.length ? v[t + 1] : 0;
        next = r[t] + gamma * following - v[t] + gamma * lambda * next;
        advantage[t] = next;
        target[t] = next + v[t];
      }
      advantages.add(advantage);
      returns.add(target);
    }
    return new Result(advantages, returns);
  }

  /**
   * {@return discounted sums of the rewards from each token on: REINFORCE's returns}
   *
   * @param rewards one array a completion, one entry a token
   * @param gamma discount in [0, 1]
   */
  public static List<double[]> returns(List<double[]> rewards, double gamma) {
    List<double[]> out = new ArrayList<>(rewards.size());
    for (double[] row : rewards) {
      double[] sums = new double[row.length];
      double next = 0;
      for (int t = row.length - 1; t >= 0; t--) {
        next = row[t] + gamma * next;
        sums[t] = next;
      }
      out.add(sums);
    }
    return out;
  }
}
