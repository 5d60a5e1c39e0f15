package org.align4j.policy.backend.internal.vector;

import static org.align4j.policy.backend.internal.vector.ElementwiseKernels.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * One row times a panel of a quantised weight, whose values come into being in registers, and the
 * panel in float32 for several rows.
 *
 * <p>The loops over groups and inputs have constant bounds and short bodies: with others the JVM
 * unrolls them and runs out of registers, or boxes the sums.
 */
final class QuantizedKernel {
  private static final int LANES = SPECIES.length();
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

  /** Outputs of a panel. */
  static final int WIDTH = PanelKernel.WIDTH;

  /** Inputs of a block; those of a run are one or two. */
  static final int BLOCK = 16;

  /** Inputs that come out of one word, or half of one. */
  static final int GROUP = 4;

  private static final int GROUPS = BLOCK / GROUP;

  /** Calls that make the JVM compile the kernels; with half as many it sometimes does not. */
  private static final int EARLY_CALLS = 12_000;

  private QuantizedKernel() {}

  /** Calls the kernels until the JVM compiles them. */
  static void compileEarly() {
    int inputs = 2 * BLOCK;
    QuantizedPiece piece = QuantizedPiece.zeros(4, BLOCK, inputs, 1);
    float[] a = new float[inputs + inputs / BLOCK];
    float[] c = new float[WIDTH];
    float[] panel = new float[inputs * WIDTH];
    for (int i = 0; i < EARLY_CALLS; i++) {
      expand(piece, 0, 0, inputs, panel);
      prepare(a, inputs, piece.bits());
      oneRow(a, piece, 0, c, 0);
    }
  }

  /**
   * Prepares a row for {@link #oneRow}: an integer that stays where it is in its word is 2ⁿ times
   * as large, so x is divided by that, which loses nothing; behind the inputs come their sums a
   * block.
   *
   * @param x inputs, then room for a number a block; overwritten
   */
  static void prepare(float[] x, int inputs, int bits) {
    float first = 1f / (1 << bits);
    float second = first * first;
    for (int b = 0; b < inputs / BLOCK; b++) {
      float sum = 0;
      for (int k = b * BLOCK; k < (b + 1) * BLOCK; k += GROUP) {
        sum += x[k] + x[k + 1] + (x[k + 2] + x[k + 3]);
        x[k + 1] *= first;
        x[k + 2] *= second;
      }
      x[inputs + b] = sum;
    }
  }

  /**
   * c = x · panel for one row. With few operations for every weight, it does not multiply by scales
   * before it has summed: Σ (scale · q + offset) · x = scale · Σ q · x + offset · Σ x.
   *
   * @param x after {@link #prepare}
   */
  static void oneRow(float[] x, QuantizedPiece piece, int panel, float[] c, int cAt) {
    int inputs = piece.inputs();
    int[] words = piece.words();
    float[] scales = piece.scales();
    int wordsAt = piece.wordsAt(panel);
    int scalesAt = piece.scalesAt(panel);
    int bits = piece.bits();
    int mask0 = (1 << bits) - 1;
    int mask1 = mask0 << bits;
    int mask2 = mask1 << bits;
    int wordShift = piece.wordShift();
    int runShift = piece.runShift();
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = FloatVector.zero(SPECIES);
    for (int b = 0; b < inputs / BLOCK; b++) {
      FloatVector even0 = FloatVector.zero(SPECIES);
      FloatVector even1 = FloatVector.zero(SPECIES);
      FloatVector odd0 = FloatVector.zero(SPECIES);
      FloatVector odd1 = FloatVector.zero(SPECIES);
      for (int g = 0; g < GROUPS; g++) {
        int group = b * GROUPS + g;
        int word = wordsAt + (group >> wordShift) * WIDTH;
        int first = (group & wordShift) * GROUP * bits;
        IntVector w0 = word(words, word, first);
        IntVector w1 = word(words, word + LANES, first);
        FloatVector x0 = FloatVector.broadcast(SPECIES, x[group * GROUP]);
        even0 = x0.fma(floats(w0, mask0), even0);
        even1 = x0.fma(floats(w1, mask0), even1);
        FloatVector x1 = FloatVector.broadcast(SPECIES, x[group * GROUP + 1]);
        odd0 = x1.fma(floats(w0, mask1), odd0);
        odd1 = x1.fma(floats(w1, mask1), odd1);
        FloatVector x2 = FloatVector.broadcast(SPECIES, x[group * GROUP + 2]);
        even0 = x2.fma(floats(w0, mask2), even0);
        even1 = x2.fma(floats(w1, mask2), even1);
        // In place, an 8-bit one would reach the sign.
        w0 = w0.lanewise(VectorOperators.LSHR, 3 * bits);
        w1 = w1.lanewise(VectorOperators.LSHR, 3 * bits);
        FloatVector x3 = FloatVector.broadcast(SPECIES, x[group * GROUP + 3]);
        odd0 = x3.fma(floats(w0, mask0), odd0);
        odd1 = x3.fma(floats(w1, mask0), odd1);
      }
      FloatVector sum = FloatVector.broadcast(SPECIES, x[inputs + b]);
      int run = scalesAt + (b >> runShift) * 2 * WIDTH;
      s0 = sum.fma(FloatVector.fromArray(SPECIES, scales, run + LANES), s0);
      s0 = even0.add(odd0).fma(FloatVector.fromArray(SPECIES, scales, run), s0);
      s1 = sum.fma(FloatVector.fromArray(SPECIES, scales, run + 3 * LANES), s1);
      s1 = even1.add(odd1).fma(FloatVector.fromArray(SPECIES, scales, run + 2 * LANES), s1);
    }
    s0.intoArray(c, cAt);
    s1.intoArray(c, cAt + LANES);
  }

  /**
   * Writes some inputs of a panel as a panel of float32, for {@link PanelKernel}. Several rows are
   * worth the store and the load of a value: it is made once for all of them.
   *
   * @param from first input, the first of a block
   * @param count inputs, whole blocks
   * @param target receives {@link #WIDTH} values an input
   */
  static void expand(QuantizedPiece piece, int panel, int from, int count, float[] target) {
    int[] words = piece.words();
    float[] scales = piece.scales();
    int wordsAt = piece.wordsAt(panel);
    int scalesAt = piece.scalesAt(panel);
    int bits = piece.bits();
    int mask = (1 << bits) - 1;
    int wordShift = piece.wordShift();
    int runShift = piece.runShift();
    int first = from / BLOCK;
    for (int b = 0; b < count / BLOCK; b++) {
      int run = scalesAt + (first + b >> runShift) * 2 * WIDTH;
      FloatVector scale0 = FloatVector.fromArray(SPECIES, scales, run);
      FloatVector offset0 = FloatVector.fromArray(SPECIES, scales, run + LANES);
      FloatVector scale1 = FloatVector.fromArray(SPECIES, scales, run + 2 * LANES);
      FloatVector offset1 = FloatVector.fromArray(SPECIES, scales, run + 3 * LANES);
      for (int g = 0; g < GROUPS; g++) {
        int group = (first + b) * GROUPS + g;
        int word = wordsAt + (group >> wordShift) * WIDTH;
        int shift = (group & wordShift) * GROUP * bits;
        int at = (b * GROUPS + g) * GROUP * WIDTH;
        IntVector w0 = word(words, word, shift);
        IntVector w1 = word(words, word + LANES, shift);
        for (int i = 0; i < GROUP; i++) {
          floats(w0, mask).fma(scale0, offset0).intoArray(target, at + i * WIDTH);
          floats(w1, mask).fma(scale1, offset1).intoArray(target, at + i * WIDTH + LANES);
          w0 = w0.lanewise(VectorOperators.LSHR, bits);
          w1 = w1.lanewise(VectorOperators.LSHR, bits);
        }
      }
    }
  }

  private static IntVector word(int[] words, int at, int first) {
    return IntVector.fromArray(INTS, words, at).lanewise(VectorOperators.LSHR, first);
  }

  private static FloatVector floats(IntVector word, int mask) {
    return (FloatVector) word.and(mask).convert(VectorOperators.I2F, 0);
  }
}
