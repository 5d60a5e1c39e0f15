package org.align4j.core.objective;

/** The logistic function and its logarithm, stable at both ends. */
public final class Logistic {
  private Logistic() {}

  /**
   * {@return σ(x) = 1 / (1 + e^-x), in (0, 1); 0 and 1 are reached only by rounding}
   *
   * @param x any number
   */
  public static double sigmoid(double x) {
    if (x >= 0) {
      return 1 / (1 + Math.exp(-x));
    }
    double e = Math.exp(x);
    return e / (1 + e);
  }

  /**
   * {@return log σ(x)} Linear for very negative x, so that a badly wrong pair keeps its gradient
   * (log(σ(x) + ε) would lose it).
   *
   * @param x any number
   */
  public static double logSigmoid(double x) {
    return x >= 0 ? -Math.log1p(Math.exp(-x)) : x - Math.log1p(Math.exp(x));
  }
}
