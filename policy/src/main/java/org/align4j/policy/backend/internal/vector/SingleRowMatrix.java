package org.align4j.policy.backend.internal.vector;

import static org.align4j.policy.backend.internal.vector.ElementwiseKernels.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import org.align4j.policy.backend.PackedMatrix;
import org.align4j.policy.backend.Precision;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.Scratch;
import org.align4j.policy.backend.internal.Threads;

/**
 * A weight on the heap, output by output, for one row of x at a time. Such a product is bound by
 * the reading of the weight, which plain loads of long runs do faster than the kernels of oneDNN
 * and OpenBLAS: memory sees a run coming, and nothing is read for rows that are not there.
 */
final class SingleRowMatrix implements PackedMatrix {
  private static final int LANES = SPECIES.length();

  /** Inputs that a step of the kernel takes: four vectors, or two of packed pairs. */
  private static final int STEP = 4 * LANES;

  /** Work items per thread that even out what else the processors do. */
  private static final int ITEMS = 8;

  private final Precision precision;
  private final int inputs;
  private final int outputs;
  private final int padded;
  private final Piece[] pieces;

  /** Packs W [outputs, inputs] for x · Wᵀ. */
  SingleRowMatrix(Precision precision, Tensor weight) {
    this.precision = precision;
    inputs = weight.columns();
    outputs = weight.rows();
    padded = (inputs + STEP - 1) / STEP * STEP;
    int blocks = (outputs + LANES - 1) / LANES;
    pieces = new Piece[Math.min(blocks, ITEMS * Threads.COUNT)];
    Threads.forEach(pieces.length, p -> pieces[p] = piece(weight, blocks, p));
  }

  private Piece piece(Tensor weight, int blocks, int index) {
    int from = (int) ((long) index * blocks / pieces.length) * LANES;
    int to = (int) ((index + 1L) * blocks / pieces.length) * LANES;
    int count = Math.min(outputs, to) - from;
    Piece piece =
        precision == Precision.FLOAT32
            ? new Floats(from, count, padded, to - from)
            : new Pairs(from, count, padded, to - from);
    float[] row = new float[padded];
    for (int r = 0; r < count; r++) {
      weight.readRow(from + r, row, 0);
      piece.fill(r, row);
    }
    return piece;
  }

  @Override
  public void multiply(Tensor x, Tensor out) {
    PackedMatrix.checkShapes(inputs, outputs, x, out);
    float[] row = Scratch.current().tile(0, padded);
    Arrays.fill(row, inputs, padded, 0);
    for (int r = 0; r < x.rows(); r++) {
      x.readRow(r, row, 0);
      if (precision == Precision.BFLOAT16) {
        // As the kernels for several rows do, so that decoding sees what training sees.
        BFloat16.round(row, inputs);
      }
      int at = r;
      Threads.forEach(pieces.length, p -> pieces[p].multiply(row, out, at));
    }
  }

  /** Some outputs, whole vectors of them. */
  private abstract static class Piece {
    private final int from;
    private final int count;
    final int padded;

    Piece(int from, int count, int padded) {
      this.from = from;
      this.count = count;
      this.padded = padded;
    }

    abstract void fill(int output, float[] values);

    /** Stores what lanes of products of one output sum up to. */
    abstract void partialSum(int output, float[] x, float[] sums, int at);

    void multiply(float[] x, Tensor out, int row) {
      float[] y = Scratch.current().tile(1, count + LANES);
      float[] partial = Scratch.current().tile(2, LANES * LANES);
      for (int r = 0; r < count; r += LANES) {
        for (int i = 0; i < LANES; i++) {
          partialSum(r + i, x, partial, i * LANES);
        }
        LaneSums.store(partial, y, r);
      }
      out.write(row, from, y, 0, count);
    }
  }

  private static final class Floats extends Piece {
    private final float[] values;

    Floats(int from, int count, int padded, int rows) {
      super(from, count, padded);
      values = new float[rows * padded];
    }

    @Override
    void fill(int output, float[] row) {
      System.arraycopy(row, 0, values, output * padded, padded);
    }

    @Override
    void partialSum(int output, float[] x, float[] sums, int at) {
      int w = output * padded;
      FloatVector s0 = FloatVector.zero(SPECIES);
      FloatVector s1 = FloatVector.zero(SPECIES);
      FloatVector s2 = FloatVector.zero(SPECIES);
      FloatVector s3 = FloatVector.zero(SPECIES);
      for (int k = 0; k < padded; k += STEP) {
        int k1 = k + LANES;
        int k2 = k1 + LANES;
        int k3 = k2 + LANES;
        s0 = vector(values, w + k).fma(vector(x, k), s0);
        s1 = vector(values, w + k1).fma(vector(x, k1), s1);
        s2 = vector(values, w + k2).fma(vector(x, k2), s2);
        s3 = vector(values, w + k3).fma(vector(x, k3), s3);
      }
      s0.add(s1).add(s2.add(s3)).intoArray(sums, at);
    }
  }

  /**
   * Two weights in bfloat16 a number: of inputs k and k + LANES, in the lower and the upper half,
   * so that a shift and a mask make vectors of floats of them.
   */
  private static final class Pairs extends Piece {
    private final int[] values;
    private final int width;

    Pairs(int from, int count, int padded, int rows) {
      super(from, count, padded);
      width = padded / 2;
      values = new int[rows * width];
    }

    @Override
    void fill(int output, float[] row) {
      for (int i = 0; i < width; i++) {
        int k = i / LANES * 2 * LANES + i % LANES;
        values[output * width + i] = BFloat16.pair(row[k], row[k + LANES]);
      }
    }

    @Override
    void partialSum(int output, float[] x, float[] sums, int at) {
      int w = output * width;
      FloatVector s0 = FloatVector.zero(SPECIES);
      FloatVector s1 = FloatVector.zero(SPECIES);
      FloatVector s2 = FloatVector.zero(SPECIES);
      FloatVector s3 = FloatVector.zero(SPECIES);
      for (int k = 0; k < padded; k += STEP) {
        IntVector a = IntVector.fromArray(IntVector.SPECIES_PREFERRED, values, w + k / 2);
        IntVector b = IntVector.fromArray(IntVector.SPECIES_PREFERRED, values, w + k / 2 + LANES);
        s0 = lower(a).fma(vector(x, k), s0);
        s1 = upper(a).fma(vector(x, k + LANES), s1);
        s2 = lower(b).fma(vector(x, k + 2 * LANES), s2);
        s3 = upper(b).fma(vector(x, k + 3 * LANES), s3);
      }
      s0.add(s1).add(s2.add(s3)).intoArray(sums, at);
    }

    private static FloatVector lower(IntVector pairs) {
      return pairs.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    private static FloatVector upper(IntVector pairs) {
      return pairs.and(BFloat16.UPPER).reinterpretAsFloats();
    }
  }

  private static FloatVector vector(float[] values, int at) {
    return FloatVector.fromArray(SPECIES, values, at);
  }
}
