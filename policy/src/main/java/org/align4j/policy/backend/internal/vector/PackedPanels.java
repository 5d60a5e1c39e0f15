package org.align4j.policy.backend.internal.vector;

import static org.align4j.policy.backend.internal.vector.ElementwiseKernels.SPECIES;

import jdk.incubator.vector.FloatVector;
import org.align4j.policy.backend.PackedMatrix;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.Threads;

/**
 * A weight in panels on the heap. A panel holds a few vectors of outputs, input by input, so that a
 * product of few rows reads the weight once, in order, and every loaded vector meets all rows of a
 * tile while it is in a register. OpenBLAS packs operands on every call, which pays for many rows
 * only.
 */
final class PackedPanels implements PackedMatrix {
  private static final int LANES = SPECIES.length();

  /** Sums of four rows by six vectors fill the registers of AVX-512, and only those. */
  private static final boolean WIDE = LANES == 16;

  private static final int WIDTH = WIDE ? 6 * LANES : 2 * LANES;

  /** Rows that a kernel takes at a time. */
  private static final int TILE = 4;

  /** Panels that a thread turns out before it writes them, so that rows are written in pieces. */
  private static final int CHUNK = 8;

  private final int outputs;
  private final int inputs;
  private final float[][] panels;

  PackedPanels(Tensor weight) {
    outputs = weight.rows();
    inputs = weight.columns();
    panels = new float[(outputs + WIDTH - 1) / WIDTH][];
    Threads.forRows(
        panels.length,
        1,
        (from, to) -> {
          float[] rows = Scratch.current().tile(0, WIDTH * inputs);
          for (int p = from; p < to; p++) {
            int count = Math.min(WIDTH, outputs - p * WIDTH);
            weight.readRows(p * WIDTH, count, rows, 0);
            float[] panel = new float[inputs * WIDTH];
            SmallGemm.transpose(rows, count, inputs, inputs, panel, WIDTH);
            panels[p] = panel;
          }
        });
  }

  @Override
  public void multiply(Tensor x, Tensor out) {
    if (x.columns() != inputs || out.columns() != outputs || out.rows() != x.rows()) {
      throw new IllegalArgumentException(
          "packed product: x is "
              + x.shape()
              + ", W is ["
              + outputs
              + ", "
              + inputs
              + "], out is "
              + out.shape());
    }
    int rows = x.rows();
    // A last tile of two or three rows runs as one of four; what it adds is never read.
    float[] a = Scratch.current().tile(1, (rows + TILE) * inputs);
    x.readRows(0, rows, a, 0);
    Threads.forRows(
        panels.length,
        1,
        (from, to) -> {
          for (int p = from; p < to; p += CHUNK) {
            chunk(a, rows, p, Math.min(to, p + CHUNK), out);
          }
        });
  }

  private void chunk(float[] a, int rows, int from, int to, Tensor out) {
    int stride = (to - from) * WIDTH;
    float[] c = Scratch.current().tile(0, (rows + TILE) * stride);
    for (int p = from; p < to; p++) {
      tiles(a, rows, panels[p], c, (p - from) * WIDTH, stride);
    }
    int column = from * WIDTH;
    int count = Math.min(stride, outputs - column);
    for (int r = 0; r < rows; r++) {
      out.write(r, column, c, r * stride, count);
    }
  }

  private void tiles(float[] a, int rows, float[] panel, float[] c, int at, int stride) {
    if (!WIDE) {
      SmallGemm.multiply(
          a, 0, inputs, 1, panel, 0, WIDTH, c, at, stride, rows, WIDTH, inputs, false);
      return;
    }
    int r = 0;
    for (; r + 1 < rows; r += TILE) {
      fourRows(a, r * inputs, panel, c, r * stride + at, stride);
    }
    if (r < rows) {
      oneRow(a, r * inputs, panel, c, r * stride + at);
    }
  }

  /** Twenty-four sums in registers; six loads and four broadcasts for twenty-four multiply-adds. */
  private void fourRows(float[] a, int at, float[] panel, float[] c, int cAt, int cStride) {
    int k = inputs;
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector s00 = zero;
    FloatVector s01 = zero;
    FloatVector s02 = zero;
    FloatVector s03 = zero;
    FloatVector s04 = zero;
    FloatVector s05 = zero;
    FloatVector s10 = zero;
    FloatVector s11 = zero;
    FloatVector s12 = zero;
    FloatVector s13 = zero;
    FloatVector s14 = zero;
    FloatVector s15 = zero;
    FloatVector s20 = zero;
    FloatVector s21 = zero;
    FloatVector s22 = zero;
    FloatVector s23 = zero;
    FloatVector s24 = zero;
    FloatVector s25 = zero;
    FloatVector s30 = zero;
    FloatVector s31 = zero;
    FloatVector s32 = zero;
    FloatVector s33 = zero;
    FloatVector s34 = zero;
    FloatVector s35 = zero;
    for (int p = 0; p < k; p++) {
      int w = p * WIDTH;
      FloatVector b0 = FloatVector.fromArray(SPECIES, panel, w);
      FloatVector b1 = FloatVector.fromArray(SPECIES, panel, w + LANES);
      FloatVector b2 = FloatVector.fromArray(SPECIES, panel, w + 2 * LANES);
      FloatVector b3 = FloatVector.fromArray(SPECIES, panel, w + 3 * LANES);
      FloatVector b4 = FloatVector.fromArray(SPECIES, panel, w + 4 * LANES);
      FloatVector b5 = FloatVector.fromArray(SPECIES, panel, w + 5 * LANES);
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[at + p]);
      s00 = x0.fma(b0, s00);
      s01 = x0.fma(b1, s01);
      s02 = x0.fma(b2, s02);
      s03 = x0.fma(b3, s03);
      s04 = x0.fma(b4, s04);
      s05 = x0.fma(b5, s05);
      FloatVector x1 = FloatVector.broadcast(SPECIES, a[at + k + p]);
      s10 = x1.fma(b0, s10);
      s11 = x1.fma(b1, s11);
      s12 = x1.fma(b2, s12);
      s13 = x1.fma(b3, s13);
      s14 = x1.fma(b4, s14);
      s15 = x1.fma(b5, s15);
      FloatVector x2 = FloatVector.broadcast(SPECIES, a[at + 2 * k + p]);
      s20 = x2.fma(b0, s20);
      s21 = x2.fma(b1, s21);
      s22 = x2.fma(b2, s22);
      s23 = x2.fma(b3, s23);
      s24 = x2.fma(b4, s24);
      s25 = x2.fma(b5, s25);
      FloatVector x3 = FloatVector.broadcast(SPECIES, a[at + 3 * k + p]);
      s30 = x3.fma(b0, s30);
      s31 = x3.fma(b1, s31);
      s32 = x3.fma(b2, s32);
      s33 = x3.fma(b3, s33);
      s34 = x3.fma(b4, s34);
      s35 = x3.fma(b5, s35);
    }
    store(c, cAt, s00, s01, s02, s03, s04, s05);
    store(c, cAt + cStride, s10, s11, s12, s13, s14, s15);
    store(c, cAt + 2 * cStride, s20, s21, s22, s23, s24, s25);
    store(c, cAt + 3 * cStride, s30, s31, s32, s33, s34, s35);
  }

  /** A single row is bound by the reading of the panel, which this does in order. */
  private void oneRow(float[] a, int at, float[] panel, float[] c, int cAt) {
    int k = inputs;
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector s00 = zero;
    FloatVector s01 = zero;
    FloatVector s02 = zero;
    FloatVector s03 = zero;
    FloatVector s04 = zero;
    FloatVector s05 = zero;
    for (int p = 0; p < k; p++) {
      int w = p * WIDTH;
      FloatVector b0 = FloatVector.fromArray(SPECIES, panel, w);
      FloatVector b1 = FloatVector.fromArray(SPECIES, panel, w + LANES);
      FloatVector b2 = FloatVector.fromArray(SPECIES, panel, w + 2 * LANES);
      FloatVector b3 = FloatVector.fromArray(SPECIES, panel, w + 3 * LANES);
      FloatVector b4 = FloatVector.fromArray(SPECIES, panel, w + 4 * LANES);
      FloatVector b5 = FloatVector.fromArray(SPECIES, panel, w + 5 * LANES);
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[at + p]);
      s00 = x0.fma(b0, s00);
      s01 = x0.fma(b1, s01);
      s02 = x0.fma(b2, s02);
      s03 = x0.fma(b3, s03);
      s04 = x0.fma(b4, s04);
      s05 = x0.fma(b5, s05);
    }
    store(c, cAt, s00, s01, s02, s03, s04, s05);
  }

  private static void store(
      float[] c,
      int at,
      FloatVector s0,
      FloatVector s1,
      FloatVector s2,
      FloatVector s3,
      FloatVector s4,
      FloatVector s5) {
    s0.intoArray(c, at);
    s1.intoArray(c, at + LANES);
    s2.intoArray(c, at + 2 * LANES);
    s3.intoArray(c, at + 3 * LANES);
    s4.intoArray(c, at + 4 * LANES);
    s5.intoArray(c, at + 5 * LANES);
  }
}
