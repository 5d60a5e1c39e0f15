package org.align4j.policy.backend;

/**
 * What the language-model head says about each target token; index = head row.
 *
 * @param logProbs log p(target)
 * @param entropies -Σ p log p over the vocabulary, in nats
 * @param logSumSquares log Σ p²
 * @param meanLogits mean logit over the vocabulary
 * @param correct 1 where the target has the largest logit, else 0
 */
public record TokenStats(
    double[] logProbs,
    double[] entropies,
    double[] logSumSquares,
    double[] meanLogits,
    double[] correct) {

  /**
   * Room for {@code n} tokens.
   *
   * @param n number of tokens
   * @return statistics that are all 0
   */
  public static TokenStats zeros(int n) {
    return new TokenStats(
        new double[n], new double[n], new double[n], new double[n], new double[n]);
  }

  /**
   * Takes over what another one says of a token.
   *
   * @param token that is overwritten
   * @param other where to copy from
   * @param otherToken its token
   */
  public void copy(int token, TokenStats other, int otherToken) {
    logProbs[token] = other.logProbs[otherToken];
    entropies[token] = other.entropies[otherToken];
    logSumSquares[token] = other.logSumSquares[otherToken];
    meanLogits[token] = other.meanLogits[otherToken];
    correct[token] = other.correct[otherToken];
  }
}
