package org.align4j.policy.backend;

/**
 * Cosines and sines of rotary position embedding, {@code [position][headDim / 2]} flattened.
 *
 * @param cos cosines
 * @param sin sines
 * @param half headDim / 2
 */
public record RotaryTable(float[] cos, float[] sin, int half) {

  /**
   * Tabulates {@code cos(p · f_i)} for positions 0..count-1 (Su et al. 2021, arXiv 2104.09864).
   * Angles are rounded to float32 before the cosine, as the peers do.
   *
   * @param inverseFrequencies f_i, one a pair of components
   * @param count number of positions
   * @return the table
   */
  public static RotaryTable of(double[] inverseFrequencies, int count) {
    int half = inverseFrequencies.length;
    float[] cos = new float[count * half];
    float[] sin = new float[count * half];
    for (int p = 0; p < count; p++) {
      for (int i = 0; i < half; i++) {
        float angle = p * (float) inverseFrequencies[i];
        cos[p * half + i] = (float) Math.cos(angle);
        sin[p * half + i] = (float) Math.sin(angle);
      }
    }
    return new RotaryTable(cos, sin, half);
  }
}
