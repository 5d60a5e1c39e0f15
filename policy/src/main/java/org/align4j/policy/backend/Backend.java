package org.align4j.policy.backend;

import java.util.List;

/**
 * The numeric operations of the transformer. Shapes are checked by the callers in {@code model};
 * outputs may not alias inputs unless the method says so. Calls are made by one thread at a time;
 * implementations parallelise inside.
 */
public interface Backend {

  /** {@return the name under which {@link Backends} finds it} */
  String name();

  /**
   * C = alpha · op(A) · op(B) + beta · C.
   *
   * @param transposeA whether op(A) = Aᵀ
   * @param transposeB whether op(B) = Bᵀ
   * @param alpha factor of the product
   * @param a first operand
   * @param b second operand
   * @param beta factor of C's old values; with 0 they are not read
   * @param c [rows of op(A), columns of op(B)]
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
   * {@return whether products with packed weights are at least as fast as {@link #gemm} at any
   * number of rows, so that weights that stay as they are are worth a second copy}
   */
  default boolean prefersPackedWeights() {
    return false;
  }

  /**
   * {@return which kernels make the products here, and why; empty where there is nothing to choose}
   */
  default List<KernelChoice> kernels() {
    return List.of();
  }

  /** {@return the precision of products with packed weights} */
  default Precision precision() {
    return Precision.FLOAT32;
  }

  /**
   * {@return whether packing keeps every bit} Where it rounds, an adapter is not merged before:
   * rounding would swallow small updates, and decoding would differ from training.
   */
  default boolean packsExactly() {
    return precision() == Precision.FLOAT32;
  }

  /**
   * {@return bytes of the Java heap that a packed weight of so many elements takes}
   *
   * @param elements number of weights
   */
  default long packedHeapBytes(long elements) {
    return 0;
  }

  /**
   * Packs a weight W [outputs, inputs] for the products x · Wᵀ of a linear layer.
   *
   * @param weight [outputs, inputs]; may be released afterwards
   * @return the packed copy; the caller closes it
   */
  default PackedMatrix pack(Tensor weight) {
    Tensor copy = weight.copy();
    return (x, out) -> gemm(false, true, 1, x, copy, 0, out);
  }

  /**
   * Packs a weight W [outputs, inputs] for the products d · W of a linear layer's way back.
   *
   * @param weight [outputs, inputs]; may be released afterwards
   * @return the packed copy; the caller closes it
   */
  default PackedMatrix packTransposed(Tensor weight) {
    Tensor copy = weight.copy();
    return (x, out) -> gemm(false, false, 1, x, copy, 0, out);
  }

  /**
   * Packs a weight W [outputs, inputs] for products x · Wᵀ of one row, whose time goes into reading
   * the weight. More rows give the same result, slowly.
   *
   * @param weight [outputs, inputs]
   * @return the packed copy; the caller closes it
   */
  default PackedMatrix packForSingleRows(Tensor weight) {
    return pack(weight);
  }

  /**
   * {@return bytes of the Java heap that a weight of so many elements takes when packed so}
   *
   * @param elements number of weights
   */
  default long singleRowHeapBytes(long elements) {
    return packedHeapBytes(elements);
  }

  /**
   * {@return the most rows of x for which a weight of {@link #packQuantized} is as fast as one of
   * {@link #pack} or faster; 0 if there are no kernels for it}
   */
  default int quantizedRows() {
    return 0;
  }

  /**
   * Packs a quantised weight for products x · Wᵀ of few rows, without rounding it further; they are
   * fastest with one.
   *
   * @param weight integers with their scales
   * @return the packed copy; the caller closes it
   * @throws UnsupportedOperationException if {@link #quantizedRows} is 0
   */
  default PackedMatrix packQuantized(QuantizedWeight weight) {
    throw new UnsupportedOperationException(name() + " has no products with quantised weights");
  }

  /**
   * y = x + y, element by element.
   *
   * @param x read
   * @param y of the same shape, added to
   */
  void add(Tensor x, Tensor y);

  /**
   * x = factor · x.
   *
   * @param factor any number
   * @param x overwritten
   */
  void scale(float factor, Tensor x);

  /**
   * Adds one row to every row of x; the bias of a linear layer.
   *
   * @param row [1, columns]
   * @param x added to
   */
  void addRow(Tensor row, Tensor x);

  /**
   * target(0, j) += Σ_r x(r, j); the gradient of a bias.
   *
   * @param x read
   * @param target [1, columns], added to
   */
  void sumRows(Tensor x, Tensor target);

  /**
   * x(r, j) = mask(r, j) · x(r, j) for dropout masks that hold 0 or 1/(1-p).
   *
   * @param mask of the same shape
   * @param x overwritten
   */
  void multiply(Tensor mask, Tensor x);

  /**
   * {@return Σ x², in double}
   *
   * @param x any shape
   */
  double sumOfSquares(Tensor x);

  /**
   * Copies rows of {@code table} chosen by {@code ids}: out(r) = table(ids[r]).
   *
   * @param table rows to choose from
   * @param ids a row of the table for each row of {@code out}
   * @param out overwritten
   */
  void gather(Tensor table, int[] ids, Tensor out);

  /**
   * Copies rows to others: table(ids[r]) = rows(r). Ids do not repeat; a negative one is skipped.
   *
   * @param rows read
   * @param ids where each goes
   * @param table overwritten there
   */
  default void scatter(Tensor rows, int[] ids, Tensor table) {
    for (int r = 0; r < ids.length; r++) {
      if (ids[r] >= 0) {
        table.copyRow(ids[r], rows, r, 0);
      }
    }
  }

  /**
   * table(ids[r]) += rows(r); ids may repeat.
   *
   * @param rows read
   * @param ids where each goes
   * @param table added to
   */
  void scatterAdd(Tensor rows, int[] ids, Tensor table);

  /**
   * RMSNorm: out = weight · x · s with s = 1/√(mean(x²) + epsilon) (Zhang and Sennrich 2019, arXiv
   * 1910.07467).
   *
   * @param x [rows, columns]
   * @param weight one row
   * @param epsilon added to the mean square
   * @param out [rows, columns], overwritten
   * @param inverseRms receives s, [rows, 1]
   */
  void rmsNorm(Tensor x, Tensor weight, float epsilon, Tensor out, Tensor inverseRms);

  /**
   * Gradient of {@link #rmsNorm}: dX += ..., dWeight += ....
   *
   * @param dOut d loss / d out
   * @param x the forward pass's input
   * @param weight [1, columns]
   * @param inverseRms what the forward pass saved
   * @param dX added to
   * @param dWeight null when the weight is frozen
   */
  void rmsNormBackward(
      Tensor dOut, Tensor x, Tensor weight, Tensor inverseRms, Tensor dX, Tensor dWeight);

  /**
   * Rotates heads in place: pairs (i, i + half) of each head turn by the angle of the row's
   * position.
   *
   * @param x [rows, heads · headDim], overwritten
   * @param headDim width of a head, even
   * @param positions one a row
   * @param table angles of all positions
   * @param inverse turn back; the gradient of the rotation
   */
  void rotate(Tensor x, int headDim, int[] positions, RotaryTable table, boolean inverse);

  /**
   * out = silu(gate) · up, silu(g) = g·σ(g) (Shazeer 2020, arXiv 2002.05202).
   *
   * @param gate [rows, columns]
   * @param up of the same shape
   * @param out of the same shape, overwritten
   */
  void swiGlu(Tensor gate, Tensor up, Tensor out);

  /**
   * Gradients of {@link #swiGlu}; dGate and dUp are overwritten.
   *
   * @param dOut d loss / d out
   * @param gate the forward pass's
   * @param up the forward pass's
   * @param dGate overwritten
   * @param dUp overwritten
   */
  void swiGluBackward(Tensor dOut, Tensor gate, Tensor up, Tensor dGate, Tensor dUp);

  /**
   * Causal grouped-query attention over ragged spans.
   *
   * @param shape heads and window
   * @param spans which keys each query sees
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

  /**
   * Gradients of {@link #attention}; dQuery is overwritten, dKey and dValue are added to.
   *
   * @param shape heads and window
   * @param spans of the forward pass
   * @param dOut d loss / d out
   * @param query of the forward pass
   * @param key of the forward pass
   * @param value of the forward pass
   * @param out of the forward pass
   * @param logSumExp of the forward pass
   * @param dQuery overwritten
   * @param dKey added to
   * @param dValue added to
   */
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

  /**
   * The column of each row's largest value, the first of equals; 0 if there is none but NaN.
   *
   * @param x [rows, columns]
   * @param columns one entry a row, overwritten
   */
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
   * @param logits [rows, vocabulary]; probabilities on return
   * @param targets one token id a row
   * @param stats filled from index {@code at}
   * @param at place of the first row's statistics
   */
  void softmax(Tensor logits, int[] targets, TokenStats stats, int at);

  /**
   * In place: p = coefficient(r) · (onehot(target) - p); the gradient of log p(target).
   *
   * @param probabilities [rows, vocabulary], overwritten
   * @param targets one token id a row
   * @param coefficients d loss / d log p of the targets
   * @param at place of the first row's coefficient
   */
  void logProbGradient(Tensor probabilities, int[] targets, double[] coefficients, int at);

  /**
   * Updates weight and both moments in place.
   *
   * @param weight overwritten
   * @param gradient of the same shape, read
   * @param firstMoment overwritten
   * @param secondMoment overwritten
   * @param step rates and decay
   */
  void adamW(
      Tensor weight, Tensor gradient, Tensor firstMoment, Tensor secondMoment, AdamStep step);
}
