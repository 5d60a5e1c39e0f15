package org.align4j.core.distillation;

import java.util.List;
import java.util.TreeSet;
import org.align4j.core.ConfigurationException;
import org.align4j.core.objective.Logistic;

/**
 * Binary cross-entropy between a target t in [0, 1] and the probability p that the next token is
 * one of a set S: -(t · ln p + (1-t) · ln(1-p)). With S the first tokens of refusals and t a
 * classifier's probability that a request is to be refused, a policy learns the classifier's
 * decision (logit distillation of a binary label, Hinton et al. 2015, arXiv 1503.02531).
 *
 * <p>The logit of p is the difference of the log-sum-exps over S and over its complement, so ln p
 * and ln(1-p) are exact where p is near 0 or 1. The gradient is (p - t) · softmax over S for tokens
 * of S and (t - p) · softmax over the complement for the others: it sums to 0, and moves
 * probability between the two sets without preferring a token of either. The least loss is the
 * entropy of t.
 */
public final class SoftTargetLoss {
  private final int[] tokens;

  /**
   * A loss.
   *
   * @param tokens S: ids, at least one, fewer than the vocabulary; their order does not matter
   */
  public SoftTargetLoss(List<Integer> tokens) {
    TreeSet<Integer> sorted = new TreeSet<>(tokens);
    if (sorted.isEmpty()) {
      throw new ConfigurationException("a soft target needs at least one token id");
    }
    if (sorted.first() < 0) {
      throw new ConfigurationException("token ids must not be negative, got " + sorted.first());
    }
    this.tokens = sorted.stream().mapToInt(Integer::intValue).toArray();
  }

  /**
   * What a distribution comes to.
   *
   * @param loss in nats
   * @param mass p
   */
  public record Value(double loss, double mass) {}

  /**
   * Refuses a vocabulary that lacks one of the tokens or has no others.
   *
   * @param vocabulary number of token ids that the model has
   * @throws ConfigurationException if it does
   */
  public void requireWithin(int vocabulary) {
    int last = tokens[tokens.length - 1];
    if (last >= vocabulary) {
      throw new ConfigurationException(
          "token id " + last + " is outside the vocabulary of " + vocabulary);
    }
    if (tokens.length == vocabulary) {
      throw new ConfigurationException(
          "the tokens of a soft target are the whole vocabulary; leave some out");
    }
  }

  /**
   * Evaluates one distribution.
   *
   * @param target t, in [0, 1]
   * @param logits over the vocabulary
   * @param gradient receives d loss / d logit; may be the array of the logits
   * @return the loss and the probability of S
   */
  public Value evaluate(double target, float[] logits, float[] gradient) {
    requireWithin(logits.length);
    double inside = logSumExp(logits, true);
    double outside = logSumExp(logits, false);
    double logit = inside - outside;
    double mass = Logistic.sigmoid(logit);
    // p - t by the smaller of p and 1-p, which is the more exact one.
    double excess = logit < 0 ? mass - target : 1 - target - Logistic.sigmoid(-logit);
    int next = 0;
    for (int v = 0; v < logits.length; v++) {
      boolean member = next < tokens.length && tokens[next] == v;
      next += member ? 1 : 0;
      gradient[v] =
          (float)
              (member
                  ? excess * Math.exp(logits[v] - inside)
                  : -excess * Math.exp(logits[v] - outside));
    }
    return new Value(
        -target * Logistic.logSigmoid(logit) - (1 - target) * Logistic.logSigmoid(-logit), mass);
  }

  /** Over the tokens of S, or over all others. */
  private double logSumExp(float[] logits, boolean members) {
    double max = Double.NEGATIVE_INFINITY;
    int next = 0;
    for (int v = 0; v < logits.length; v++) {
      boolean member = next < tokens.length && tokens[next] == v;
      next += member ? 1 : 0;
      if (member == members) {
        max = Math.max(max, logits[v]);
      }
    }
    double sum = 0;
    next = 0;
    for (int v = 0; v < logits.length; v++) {
      boolean member = next < tokens.length && tokens[next] == v;
      next += member ? 1 : 0;
      if (member == members) {
        sum += Math.exp(logits[v] - max);
      }
    }
    return max + Math.log(sum);
  }
}
