package org.align4j.reward.gate;

import java.util.List;
import org.align4j.policy.edit.Neuron;

/**
 * Two neurons that together are a step: they add nothing where a function of the input is negative,
 * a fixed vector where it is above a band, and a share of it between. It is a difference of two
 * SiLU's, each close to max(0, x): (silu(s f) - silu(s (f - band))) / (s band).
 *
 * @param detector says where the step may act: where a prompt ends
 * @param band width of the passage from 0 to 1
 */
record StepNeurons(EndDetector detector, double band) {
  /** How many neurons a step has. */
  static final int COUNT = 2;

  /** s · band: how much wider the band is than SiLU's rounding of the corner. */
  private static final double SHARPNESS = 20;

  /**
   * The neurons.
   *
   * @param function that is negative, or positive, in the input
   * @param written what is added to the residual stream where it is above the band
   */
  List<Neuron> of(double[] function, double[] written) {
    double[] later = detector.plus(function, -band);
    return List.of(
        new Neuron(
            Vectors.scaled(slope(), function),
            detector.end(),
            Vectors.scaled(1 / SHARPNESS, written)),
        new Neuron(
            Vectors.scaled(slope(), later),
            detector.end(),
            Vectors.scaled(-1 / SHARPNESS, written)));
  }

  /** What adds a constant to the function, in the gate weights of both neurons. */
  double[] shift(double constant) {
    return Vectors.scaled(slope() * constant, detector.one());
  }

  /** The share of the written vector that is added where the function has a value. */
  double share(double value) {
    return (silu(slope() * value) - silu(slope() * (value - band))) / SHARPNESS;
  }

  private double slope() {
    return SHARPNESS / band;
  }

  private static double silu(double x) {
    return x / (1 + Math.exp(-x));
  }
}
