package org.align4j.reward.gate;

/**
 * All that a gate is, beside its model.
 *
 * @param model the name that the model was loaded by
 * @param fingerprint of its weights
 * @param layer layers that run
 * @param probe what scores the features
 * @param threshold scores from here on are refused
 * @param refusal what a refused request is answered
 */
record GateParameters(
    String model,
    String fingerprint,
    int layer,
    LinearProbe probe,
    double threshold,
    String refusal) {

  GateParameters withThreshold(double other) {
    return new GateParameters(model, fingerprint, layer, probe, other, refusal);
  }
}
