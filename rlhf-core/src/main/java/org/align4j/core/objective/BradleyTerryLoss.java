package org.align4j.core.objective;

import org.align4j.core.ConfigurationException;

/**
 * The pairwise loss of reward models: (1/N) Σ_i -log σ(r_w - r_l - m_i) + c · (r_w + r_l)² (Bradley
 * &amp; Terry 1952; Ouyang et al. 2022, arXiv 2203.02155, Eq. 1; margin: Touvron et al. 2023, arXiv
 * 2307.09288, Eq. 2; centering: Eisenstein et al. 2023, arXiv 2312.09244, Eq. 2). Values equal
 * TRL's {@code RewardTrainer} 1.16 to rounding.
 *
 * @param centering weight c that keeps rewards around zero; 0 = none
 */
public record BradleyTerryLoss(double centering) {

  /**
   * Loss and gradient of a micro-batch.
   *
   * @param loss already divided by the step's pairs
   * @param dChosen d loss / d reward of each preferred completion
   * @param dRejected d loss / d reward of each other one
   */
  public record Value(double loss, double[] dChosen, double[] dRejected) {}

  /**
   * Checks the range.
   *
   * @param centering weight c that keeps rewards around zero; 0 = none
   */
  public BradleyTerryLoss {
    if (centering < 0) {
      throw new ConfigurationException(
          "center_rewards_coefficient must not be negative, got " + centering);
    }
  }

  /**
   * Evaluates a micro-batch.
   *
   * @param chosen rewards of the preferred completions
   * @param rejected rewards of the others
   * @param margins by how much each pair should differ at least; 0 = no demand
   * @param stepPairs pairs of the whole optimizer step, &gt; 0
   * @return loss and gradients
   */
  public Value evaluate(double[] chosen, double[] rejected, double[] margins, long stepPairs) {
    if (chosen.length != rejected.length || chosen.length != margins.length) {
      throw new IllegalArgumentException(
          chosen.length
              + " chosen, "
              + rejected.length
              + " rejected rewards and "
              + margins.length
              + " margins; expected equal numbers");
    }
    double[] dChosen = new double[chosen.length];
    double[] dRejected = new double[chosen.length];
    double loss = 0;
    for (int i = 0; i < chosen.length; i++) {
      double x = chosen[i] - rejected[i] - margins[i];
      double sum = chosen[i] + rejected[i];
      loss += (-Logistic.logSigmoid(x) + centering * sum * sum) / stepPairs;
      double slope = -Logistic.sigmoid(-x) / stepPairs;
      double pull = 2 * centering * sum / stepPairs;
      dChosen[i] = slope + pull;
      dRejected[i] = -slope + pull;
    }
    return new Value(loss, dChosen, dRejected);
  }
}
