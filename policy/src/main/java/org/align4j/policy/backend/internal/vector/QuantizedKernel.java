package org.align4j.policy.backend.internal.vector;

import static org.align4j.policy.backend.internal.vector.ElementwiseKernels.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Rows of A times one panel of a quantised weight, whose values come into being in registers.
 *
 * <p>The loops over groups and inputs have constant bounds and short bodies: with others the JVM
 * unrolls them and runs out of registers, or boxes the sums.
 */
final class QuantizedKernel {
  private static final int LANES = SPECIES.length();
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

  /** Sixteen sums, two weights and their scales need the registers of AVX-512. */
  static final boolean WIDE = LANES == 16;

  /** Outputs of a panel. */
  static final int WIDTH = 2 * LANES;

  /** Rows that are taken at a time; A and C need room for so many behind their last row. */
  static final int TILE = 8;

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
    float[] a = new float[TILE * inputs];
    float[] c = new float[TILE * WIDTH];
    for (int i = 0; i < EARLY_CALLS; i++) {
      multiply(a, TILE, piece, 0, c, 0, WIDTH);
      prepare(a, inputs, piece.bits());
      oneRow(a, piece, 0, c, 0);
    }
  }

  /**
   * C = A · panel.
   *
   * @param a rows one after another; a last tile reads on behind them
   * @param c row r from {@code cAt + r * cStride}; such a tile writes behind the last row, too
   */
  static void multiply(
      float[] a, int rows, QuantizedPiece piece, int panel, float[] c, int cAt, int cStride) {
    for (int r = 0; r < rows; r += TILE) {
      eightRows(a, r * piece.inputs(), piece, panel, c, cAt + r * cStride, cStride);
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

  private static void eightRows(
      float[] a, int at, QuantizedPiece piece, int panel, float[] c, int cAt, int cStride) {
    int stride = piece.inputs();
    int[] words = piece.words();
    float[] scales = piece.scales();
    int wordsAt = piece.wordsAt(panel);
    int scalesAt = piece.scalesAt(panel);
    int bits = piece.bits();
    int mask = (1 << bits) - 1;
    int wordShift = piece.wordShift();
    int runShift = piece.runShift();
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = FloatVector.zero(SPECIES);
    FloatVector s10 = FloatVector.zero(SPECIES);
    FloatVector s11 = FloatVector.zero(SPECIES);
    FloatVector s20 = FloatVector.zero(SPECIES);
    FloatVector s21 = FloatVector.zero(SPECIES);
    FloatVector s30 = FloatVector.zero(SPECIES);
    FloatVector s31 = FloatVector.zero(SPECIES);
    FloatVector s40 = FloatVector.zero(SPECIES);
    FloatVector s41 = FloatVector.zero(SPECIES);
    FloatVector s50 = FloatVector.zero(SPECIES);
    FloatVector s51 = FloatVector.zero(SPECIES);
    FloatVector s60 = FloatVector.zero(SPECIES);
    FloatVector s61 = FloatVector.zero(SPECIES);
    FloatVector s70 = FloatVector.zero(SPECIES);
    FloatVector s71 = FloatVector.zero(SPECIES);
    for (int b = 0; b < stride / BLOCK; b++) {
      int run = scalesAt + (b >> runShift) * 2 * WIDTH;
      FloatVector scale0 = FloatVector.fromArray(SPECIES, scales, run);
      FloatVector offset0 = FloatVector.fromArray(SPECIES, scales, run + LANES);
      FloatVector scale1 = FloatVector.fromArray(SPECIES, scales, run + 2 * LANES);
      FloatVector offset1 = FloatVector.fromArray(SPECIES, scales, run + 3 * LANES);
      for (int g = 0; g < GROUPS; g++) {
        int group = b * GROUPS + g;
        int word = wordsAt + (group >> wordShift) * WIDTH;
        int first = (group & wordShift) * GROUP * bits;
        IntVector w0 = word(words, word, first);
        IntVector w1 = word(words, word + LANES, first);
        for (int j = 0; j < GROUP; j++) {
          FloatVector b0 = floats(w0, mask).fma(scale0, offset0);
          FloatVector b1 = floats(w1, mask).fma(scale1, offset1);
          w0 = w0.lanewise(VectorOperators.LSHR, bits);
          w1 = w1.lanewise(VectorOperators.LSHR, bits);
          int p = at + group * GROUP + j;
          FloatVector x0 = FloatVector.broadcast(SPECIES, a[p]);
          s00 = x0.fma(b0, s00);
          s01 = x0.fma(b1, s01);
          FloatVector x1 = FloatVector.broadcast(SPECIES, a[p + stride]);
          s10 = x1.fma(b0, s10);
          s11 = x1.fma(b1, s11);
          FloatVector x2 = FloatVector.broadcast(SPECIES, a[p + 2 * stride]);
          s20 = x2.fma(b0, s20);
          s21 = x2.fma(b1, s21);
          FloatVector x3 = FloatVector.broadcast(SPECIES, a[p + 3 * stride]);
          s30 = x3.fma(b0, s30);
          s31 = x3.fma(b1, s31);
          FloatVector x4 = FloatVector.broadcast(SPECIES, a[p + 4 * stride]);
          s40 = x4.fma(b0, s40);
          s41 = x4.fma(b1, s41);
          FloatVector x5 = FloatVector.broadcast(SPECIES, a[p + 5 * stride]);
          s50 = x5.fma(b0, s50);
          s51 = x5.fma(b1, s51);
          FloatVector x6 = FloatVector.broadcast(SPECIES, a[p + 6 * stride]);
          s60 = x6.fma(b0, s60);
          s61 = x6.fma(b1, s61);
          FloatVector x7 = FloatVector.broadcast(SPECIES, a[p + 7 * stride]);
          s70 = x7.fma(b0, s70);
          s71 = x7.fma(b1, s71);
        }
      }
    }
    s00.intoArray(c, cAt);
    s01.intoArray(c, cAt + LANES);
    s10.intoArray(c, cAt + cStride);
    s11.intoArray(c, cAt + cStride + LANES);
    s20.intoArray(c, cAt + 2 * cStride);
    s21.intoArray(c, cAt + 2 * cStride + LANES);
    s30.intoArray(c, cAt + 3 * cStride);
    s31.intoArray(c, cAt + 3 * cStride + LANES);
    s40.intoArray(c, cAt + 4 * cStride);
    s41.intoArray(c, cAt + 4 * cStride + LANES);
    s50.intoArray(c, cAt + 5 * cStride);
    s51.intoArray(c, cAt + 5 * cStride + LANES);
    s60.intoArray(c, cAt + 6 * cStride);
    s61.intoArray(c, cAt + 6 * cStride + LANES);
    s70.intoArray(c, cAt + 7 * cStride);
    s71.intoArray(c, cAt + 7 * cStride + LANES);
  }

  private static IntVector word(int[] words, int at, int first) {
    return IntVector.fromArray(INTS, words, at).lanewise(VectorOperators.LSHR, first);
  }

  private static FloatVector floats(IntVector word, int mask) {
    return (FloatVector) word.and(mask).convert(VectorOperators.I2F, 0);
  }
}
