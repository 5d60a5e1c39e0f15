package org.align4j.policy.model;

/**
 * Rotary embedding frequencies.
 *
 * @param theta base of the geometric series
 * @param type {@code default}, {@code linear} or {@code llama3}
 * @param factor context extension factor; 1 without scaling
 * @param lowFrequencyFactor llama3 only
 * @param highFrequencyFactor llama3 only
 * @param originalPositions llama3 only: context length before extension
 */
public record RopeConfig(
    double theta,
    String type,
    double factor,
    double lowFrequencyFactor,
    double highFrequencyFactor,
    int originalPositions) {

  /** Unscaled frequencies. */
  public static RopeConfig plain(double theta) {
    return new RopeConfig(theta, "default", 1, 1, 4, 0);
  }

  /** θ^(-2i/d) for i in 0..d/2-1, scaled as the type says. */
  public double[] inverseFrequencies(int headDim) {
    double[] out = new double[headDim / 2];
    for (int i = 0; i < out.length; i++) {
      // Rounded to float32 first because the reference implementations scale float32 frequencies.
      out[i] = scaled((float) (1 / Math.pow(theta, 2.0 * i / headDim)));
    }
    return out;
  }

  private double scaled(double frequency) {
    return switch (type) {
      case "default" -> frequency;
      case "linear" -> frequency / factor;
      case "llama3" -> llama3(frequency);
      default ->
          throw new IllegalArgumentException(
              "rope_type is \"" + type + "\"; supported are default, linear and llama3");
    };
  }

  /** Long wavelengths are stretched, short ones kept, those between interpolated (Llama 3.1). */
  private double llama3(double frequency) {
    double wavelength = 2 * Math.PI / frequency;
    if (wavelength < originalPositions / highFrequencyFactor) {
      return frequency;
    }
    if (wavelength > originalPositions / lowFrequencyFactor) {
      return frequency / factor;
    }
    double smooth =
        (originalPositions / wavelength - lowFrequencyFactor)
            / (highFrequencyFactor - lowFrequencyFactor);
    return (1 - smooth) * frequency / factor + smooth * frequency;
  }
}
