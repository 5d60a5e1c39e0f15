package org.align4j.core.distillation;

/**
 * A loss on next-token distributions, seen through logits. It runs inside the chunked
 * language-model head. Rows are evaluated concurrently.
 */
@FunctionalInterface
public interface NextTokenLoss {

  /**
   * Evaluates one distribution.
   *
   * @param row its index among those that are evaluated, from 0
   * @param logits over the vocabulary
   * @param gradient receives d loss / d logit; may be the array of the logits
   * @return the loss
   */
  double evaluate(int row, float[] logits, float[] gradient);
}
