package org.align4j.core.objective;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.align4j.core.ConfigurationException;

/**
 * Supervised losses over completion tokens, named as TRL's {@code loss_type} of SFT.
 *
 * <p>Loss = (1/T) Σ_t c_t · -log p_t over the T completion tokens of the whole step.
 */
public enum SftLoss {
  /** c_t = 1: negative log-likelihood. */
  NLL,
  /** c_t = p_t, held constant: dynamic fine-tuning, Wu et al. 2025 (arXiv 2508.05629), Eq. 9. */
  DFT;

  /**
   * Loss and gradient of a micro-batch.
   *
   * @param loss already divided by the step's tokens
   * @param dLogProbs d loss / d log-prob, {@code [sequence][token]}
   */
  public record Value(double loss, List<double[]> dLogProbs) {}

  /**
   * Accepts TRL's spelling.
   *
   * @param name such as {@code nll}, in any case
   * @return the loss
   */
  public static SftLoss parse(String name) {
    try {
      return valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException("loss_type is \"" + name + "\"; expected nll or dft", e);
    }
  }

  /**
   * Evaluates a micro-batch.
   *
   * @param logProbs completion log-probs, {@code [sequence][token]}
   * @param stepTokens completion tokens of the whole optimizer step, &gt; 0
   * @return loss and gradient
   */
  public Value evaluate(List<double[]> logProbs, long stepTokens) {
    if (stepTokens <= 0) {
      throw new IllegalArgumentException("a step needs completion tokens, got " + stepTokens);
    }
    double loss = 0;
    List<double[]> gradients = new ArrayList<>(logProbs.size());
    for (double[] row : logProbs) {
      double[] gradient = new double[row.length];
      for (int t = 0; t < row.length; t++) {
        double coefficient = (this == DFT ? Math.exp(row[t]) : 1) / stepTokens;
        loss -= coefficient * row[t];
        gradient[t] = -coefficient;
      }
      gradients.add(gradient);
    }
    return new Value(loss, gradients);
  }
}
