package org.align4j.policy.backend.internal.vector;

import org.align4j.policy.backend.QuantizedRow;

/**
 * Some panels of a quantised weight, one after another, because memory sees long runs coming. A
 * word holds an output's inputs k, k + 1, ... from its lowest bits on; those of a panel's outputs
 * lie side by side, and after them those of the next inputs. For every run of inputs there are a
 * vector of scales and one of offsets, first of the panel's lower outputs, then of the upper ones.
 *
 * @param bits of an integer, which is unsigned, 4 or 8
 * @param run inputs that share a scale, 16 or 32
 * @param inputs whole runs
 * @param words the integers
 * @param scales and offsets
 */
record QuantizedPiece(int bits, int run, int inputs, int[] words, float[] scales) {
  private static final int WIDTH = QuantizedKernel.WIDTH;
  private static final int LANES = WIDTH / 2;

  /** Makes 8-bit integers unsigned. */
  private static final int BIAS = 128;

  static QuantizedPiece zeros(int bits, int run, int inputs, int panels) {
    int[] words = new int[panels * WIDTH * (inputs * bits / Integer.SIZE)];
    float[] scales = new float[panels * WIDTH * (inputs / run * 2)];
    return new QuantizedPiece(bits, run, inputs, words, scales);
  }

  /** Where a panel's words begin. */
  int wordsAt(int panel) {
    return panel * WIDTH * (inputs * bits / Integer.SIZE);
  }

  /** Where a panel's scales begin. */
  int scalesAt(int panel) {
    return panel * WIDTH * (inputs / run * 2);
  }

  /** Stores the weights of an output. */
  void store(int output, QuantizedRow row) {
    int panel = output / WIDTH;
    int column = output % WIDTH;
    int bias = bits == 4 ? 0 : BIAS;
    int at = scalesAt(panel) + column / LANES * 2 * LANES + column % LANES;
    for (int r = 0; r < row.scales().length; r++) {
      float scale = row.scales()[r];
      scales[at] = scale;
      scales[at + LANES] = row.offsets()[r] - bias * scale;
      at += 2 * WIDTH;
    }
    int perWord = Integer.SIZE / bits;
    at = wordsAt(panel) + column;
    for (int k = 0; k < inputs; k += perWord) {
      int word = 0;
      for (int j = perWord - 1; j >= 0; j--) {
        word = word << bits | (row.integers()[k + j] + bias);
      }
      words[at] = word;
      at += WIDTH;
    }
  }

  /**
   * How often the number of a group of inputs is halved to count words. Computed without a branch,
   * as is the next: one that the JVM has not seen taken makes it compile a kernel again.
   */
  int wordShift() {
    return Integer.numberOfTrailingZeros(8 / bits);
  }

  /** The same for the number of a block of inputs and runs. */
  int runShift() {
    return Integer.numberOfTrailingZeros(run / QuantizedKernel.BLOCK);
  }
}
