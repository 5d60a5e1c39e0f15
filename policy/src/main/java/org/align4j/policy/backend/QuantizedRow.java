package org.align4j.policy.backend;

import java.util.Arrays;

/**
 * One output's weights as integers of few bits: w = scale · q + offset, with a scale and an offset
 * for every run of inputs. Products scale · q are exact in float32 for all types that are read, so
 * that w is rounded once.
 *
 * @param run inputs that share a scale
 * @param integers one an input, between -128 and 127, or 0 and 15 where 4 bits hold them
 * @param scales one a run
 * @param offsets one a run
 */
public record QuantizedRow(int run, byte[] integers, float[] scales, float[] offsets) {

  /**
   * Memory for an output's weights.
   *
   * @param inputs whole runs
   * @param run inputs that share a scale
   * @return the memory, zeroed
   */
  public static QuantizedRow of(int inputs, int run) {
    int runs = inputs / run;
    return new QuantizedRow(run, new byte[inputs], new float[runs], new float[runs]);
  }

  /**
   * Sets scale and offset of some runs.
   *
   * @param from first input, the first of a run
   * @param count inputs, whole runs
   * @param scale factor of the integers
   * @param offset added to their products
   */
  public void scale(int from, int count, float scale, float offset) {
    Arrays.fill(scales, from / run, (from + count) / run, scale);
    Arrays.fill(offsets, from / run, (from + count) / run, offset);
  }

  /**
   * Writes all weights.
   *
   * @param out one value an input
   */
  public void expand(float[] out) {
    for (int from = 0; from < integers.length; from += run) {
      float scale = scales[from / run];
      float offset = offsets[from / run];
      for (int i = from; i < from + run; i++) {
        out[i] = scale * integers[i] + offset;
      }
    }
  }
}
