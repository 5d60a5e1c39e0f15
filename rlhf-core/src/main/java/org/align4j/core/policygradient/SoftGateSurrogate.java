package org.align4j.core.policygradient;

/** sapo's -(4/τ) · σ(τ(r - 1)) · A. */
final class SoftGateSurrogate implements Surrogate {
  private final SapoGate gate;

  SoftGateSurrogate(SapoGate gate) {
    this.gate = gate;
  }

  @Override
  public TokenLoss at(double ratio, double advantage, double logProb) {
    double temperature = advantage > 0 ? gate.positive() : gate.negative();
    double open = 1 / (1 + Math.exp(-temperature * (ratio - 1)));
    return new TokenLoss(
        -4 / temperature * open * advantage, -4 * open * (1 - open) * advantage, 0);
  }
}
