package org.align4j.policy.backend;

import java.util.List;

/**
 * The numeric operations of the transformer. Shapes are checked by the callers in {@code model};
 * outputs may not alias inputs unless the method says so. Calls are made by one thread at a time;
 * implementations parallelise inside.
 */
public interface Backend {

  /** The name under which {@link Backends} finds it. */
  String name();

  /**
   * C = alpha · op(A) · op(B) + beta · C.
   *
   * @param transposeA whether op(A) = Aᵀ
   * @param transposeB whether op(B) = Bᵀ
   */
  void gemm(
      boolean transposeA,
      boolean transposeB,
      float alpha,
      Tensor a,
      Tensor b,
      float beta,
      Tensor c);

  /**
   * Whether products with packed weights are at least as fast as {@link #gemm} at any number of
   * rows, so that weights that stay as they are are worth a second copy.
   */
  default boolean prefersPackedWeights() {
    return false;
  }

  /** Which kernels make the products here, and why; empty where there is nothing to choose. */
  default List<KernelChoice> kernels() {
    return List.of();
  }

  /** The precision of products with packed weights. */
  default Precision precision() {
    return Precision.FLOAT32;
  }

  /**
   * Whether packing keeps every bit. Where it rounds, an adapter is not merged before: rounding
   * would swallow small updates, and decoding would differ from training.
   */
  default boolean packsExactly() {
    return precision() == Precision.FLOAT32;
  }

  /** Bytes of the Java heap that a packed weight of so many elements takes. */
  default long packedHeapBytes(long elements) {
    return 0;
  }

  /** Packs a weight W [outputs, inputs] for the products x · Wᵀ of a linear layer. */
  default PackedMatrix pack(Tensor weight) {
    Tensor copy = weight.copy();
    return (x, out) -> gemm(false, true, 1, x, copy, 0, out);
  }

  /** Packs a weight W [outputs, inputs] for the products d · W of a linear layer's way back. */
  default PackedMatrix packTransposed(Tensor weight) {
    Tensor copy = weight.copy();
    return (x, out) -> gemm(false, false, 1, x, copy, 0, out);
  }

  /**
   * Packs a weight W [outputs, inputs] for products x · Wᵀ of one row, whose time goes into reading
   * the weight. More rows give the same result, slowly.
   */
  default PackedMatrix packForSingleRows(Tensor weight) {
    return pack(weight);
  }

  /** Bytes of the Java heap that a weight of so many elements takes when packed so. */
  default long singleRowHeapBytes(long elements) {
    return packedHeapBytes(elements);
  }

  /**
   * The most rows of x for which a weight of {@link #packQuantized} is as fast as one of {@link
   * #pack} or faster; 0 if there are no kernels for it.
   */
  default int quantizedRows() {
    return 0;
  }

  /**
   * Packs a quantised weight for products x · Wᵀ of few rows, without rounding it further; they are
   * fastest with one.
   *
   * @throws UnsupportedOperationException if {@link #quantizedRows} is 0
   */
  default PackedMatrix packQuantized(QuantizedWeight weight) {
    throw new UnsupportedOperationException(name() + " has no products with quantised weights");
  }

  /** y = x + y, element by element. */
  void add(Tensor x, Tensor y);

  /** x = factor · x. */
  void scale(float factor, Tensor x);

  /** Adds one row to every row of x; the bias of a linear layer. */
  void addRow(Tensor row, Tensor x);

  /** target(0, j) += Σ_r x(r, j); the gradient of a bias. */
  void sumRows(Tensor x, Tensor target);

  /** x(r, j) = mask(r, j) · x(r, j) for dropout masks that hold 0 or 1/(1-p). */
  void multiply(Tensor mask, Tensor x);

  /** Σ x², in double. */
  double sumOfSquares(Tensor x);

  /** Copies rows of {@code table} chosen by {@code ids}: out(r) = table(ids[r]). */
  void gather(Tensor table, int[] ids, Tensor out);

  /**
   * Copies rows to others: table(ids[r]) = rows(r). Ids do not repeat; a negative one is skipped.
   */
  default void scatter(Tensor rows, int[] ids, Tensor table) {
    for (int r = 0; r < ids.length; r++) {
      if (ids[r] >= 0) {
        table.copyRow(ids[r], rows, r, 0);
      }
    }
  }

  /** table(ids[r]) += rows(r); ids may repeat. */
  void scatterAdd(Tensor rows, int[] ids, Tensor table);

  /**
   * RMSNorm: out = weight · x · s with s = 1/√(mean(x²) + epsilon) (Zhang & Sennrich 2019, arXiv
   * 1910.07467).
   *
   * @param weight one row
   * @param inverseRms receives s, [rows, 1]
   */
  void rmsNorm(Tensor x, Tensor weight, float epsilon, Tensor out, Tensor inverseRms);

  /**
   * Gradient of {@link #rmsNorm}: dX += ..., dWeight += ....
   *
   * @param dWeight null when the weight is frozen
   */
  void rmsNormBackward(
      Tensor dOut, Tensor x, Tensor weight, Tensor inverseRms, Tensor dX, Tensor dWeight);

  /**
   * Rotates heads in place: pairs (i, i + half) of each head turn by the angle of the row's
   * position.
   *
   * @param inverse turn back; the gradient of the rotation
   */
  void rotate(Tensor x, int headDim, int[] positions, RotaryTable table, boolean inverse);

  /** out = silu(gate) · up, silu(g) = g·σ(g) (Shazeer 2020, arXiv 2002.05202). */
  void swiGlu(Tensor gate, Tensor up, Tensor out);

  /** Gradients of {@link #swiGlu}; dGate and dUp are overwritten. */
  void swiGluBackward(Tensor dOut, Tensor gate, Tensor up, Tensor dGate, Tensor dUp);

  /**
   * Causal grouped-query attention over ragged spans.
   *
   * @param query [query rows, heads · headDim]
   * @param key [key rows, kvHeads · headDim]
   * @param value the same shape
   * @param out shape of query
   * @param logSumExp receives log Σ exp(scores), [query rows, heads]
   */
  void attention(
      AttentionShape shape,
      List<AttentionSpan> spans,
      Tensor query,
      Tensor key,
      Tensor value,
      Tensor out,
      Tensor logSumExp);

  /** Gradients of {@link #attention}; dQuery is overwritten, dKey and dValue are added to. */
  void attentionBackward(
      AttentionShape shape,
      List<AttentionSpan> spans,
      Tensor dOut,
      Tensor query,
      Tensor key,
      Tensor value,
      Tensor out,
      Tensor logSumExp,
      Tensor dQuery,
      Tensor dKey,
      Tensor dValue);

  /** The column of each row's largest value, the first of equals; 0 if there is none but NaN. */
  default void argmax(Tensor x, int[] columns) {
    float[] row = new float[x.columns()];
    for (int r = 0; r < x.rows(); r++) {
      x.readRow(r, row, 0);
      int best = 0;
      for (int j = 1; j < row.length; j++) {
        if (row[j] > row[best]) {
          best = j;
        }
      }
      columns[r] = best;
    }
  }

  /**
   * Turns logits into probabilities in place and records what the targets got.
   *
   * @param targets one token id a row
   * @param stats filled from index {@code at}
   */
  void softmax(Tensor logits, int[] targets, TokenStats stats, int at);

  /** In place: p = coefficient(r) · (onehot(target) - p); the gradient of log p(target). */
  void logProbGradient(Tensor probabilities, int[] targets, double[] coefficients, int at);

  /** Updates weight and both moments in place. */
  void adamW(
      Tensor weight, Tensor gradient, Tensor firstMoment, Tensor secondMoment, AdamStep step);
}
