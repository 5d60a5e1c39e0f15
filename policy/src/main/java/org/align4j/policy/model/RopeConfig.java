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

  /**
   * Refuses scalings that this class does not compute, and factors that give no frequencies.
   *
   * @param theta base of the geometric series
   * @param type {@code default}, {@code linear} or {@code llama3}
   * @param factor context extension factor; 1 without scaling
   * @param lowFrequencyFactor llama3 only
   * @param highFrequencyFactor llama3 only
   * @param originalPositions llama3 only: context length before extension
   */
  public RopeConfig {
    if (!(theta > 0) || Double.isInfinite(theta)) {
      throw new IllegalArgumentException("rope_theta must be positive, got " + theta);
    }
    switch (type) {
      case "default" -> {}
      case "linear" -> requireFactor(factor);
      case "llama3" -> {
        requireFactor(factor);
        boolean ordered = lowFrequencyFactor > 0 && highFrequencyFactor > lowFrequencyFactor;
        if (!ordered || Double.isInfinite(highFrequencyFactor) || originalPositions <= 0) {
          throw new IllegalArgumentException(
              "rope_type llama3 needs 0 < low_freq_factor < high_freq_factor and"
                  + " original_max_position_embeddings > 0; got "
                  + lowFrequencyFactor
                  + ", "
                  + highFrequencyFactor
                  + " and "
                  + originalPositions);
        }
      }
      default ->
          throw new IllegalArgumentException(
              "rope_type is \"" + type + "\"; supported are default, linear and llama3");
    }
  }

  private static void requireFactor(double factor) {
    if (!(factor >= 1) || Double.isInfinite(factor)) {
      throw new IllegalArgumentException(
          "the factor of scaled rotary embedding must be at least 1, got " + factor);
    }
  }

  /**
   * {@return unscaled frequencies}
   *
   * @param theta base of the frequencies, &gt; 0
   */
  public static RopeConfig plain(double theta) {
    return new RopeConfig(theta, "default", 1, 1, 4, 0);
  }

  /**
   * {@return θ^(-2i/d) for i in 0..d/2-1, scaled as the type says}
   *
   * @param headDim width of a head, even
   */
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
      default -> throw new IllegalStateException(type);
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
