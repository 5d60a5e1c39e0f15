package org.align4j.policy.backend.internal.vector;

import java.util.List;
import org.align4j.policy.backend.AdamStep;
import org.align4j.policy.backend.AttentionShape;
import org.align4j.policy.backend.AttentionSpan;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.KernelChoice;
import org.align4j.policy.backend.PackedMatrix;
import org.align4j.policy.backend.Precision;
import org.align4j.policy.backend.QuantizedWeight;
import org.align4j.policy.backend.RotaryTable;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.backend.internal.Blas;
import org.align4j.policy.backend.internal.RowLoops;
import org.align4j.policy.backend.internal.onednn.OneDnn;
import org.align4j.policy.backend.internal.onednn.OneDnnMatrix;

/**
 * The fast CPU backend: oneDNN for products with packed weights, or kernels in Java where it has
 * none for the processor; OpenBLAS for other products, unless they are thin; Vector API kernels
 * over heap tiles for the rest. Tiles are copied in, computed fused and copied out, which costs
 * little beside one pass over memory.
 */
public final class VectorBackend implements Backend {

  /** Panels in float32 are faster for more rows (docs/benchmarks.md). */
  private static final int QUANTIZED_ROWS = 64;

  private final Precision precision;
  private final boolean oneDnn;

  /**
   * Starts the backend.
   *
   * @param precision of frozen weights in products
   */
  public VectorBackend(Precision precision) {
    this.precision = precision;
    oneDnn = OneDnn.supports(precision);
    KernelWarmup.start();
  }

  @Override
  public String name() {
    return "vector";
  }

  @Override
  public List<KernelChoice> kernels() {
    return KernelChoices.of(precision, quantizedRows());
  }

  @Override
  public void gemm(
      boolean transposeA,
      boolean transposeB,
      float alpha,
      Tensor a,
      Tensor b,
      float beta,
      Tensor c) {
    int terms = transposeA ? a.rows() : a.columns();
    if (TallSkinnyGemm.suits(c.rows(), c.columns(), terms, beta)) {
      TallSkinnyGemm.run(transposeA, transposeB, alpha, a, b, beta, c);
    } else {
      Blas.gemm(transposeA, transposeB, alpha, a, b, beta, c);
    }
  }

  @Override
  public boolean prefersPackedWeights() {
    return true;
  }

  @Override
  public Precision precision() {
    return precision;
  }

  @Override
  public long packedHeapBytes(long elements) {
    return oneDnn ? 0 : elements * precision.bytes();
  }

  @Override
  public PackedMatrix pack(Tensor weight) {
    if (oneDnn) {
      return OneDnnMatrix.of(precision, weight);
    }
    return new PanelProduct(
        precision == Precision.FLOAT32 ? FloatPanels.of(weight) : BFloat16Panels.of(weight));
  }

  @Override
  public PackedMatrix packTransposed(Tensor weight) {
    if (oneDnn) {
      return OneDnnMatrix.ofTransposed(precision, weight);
    }
    return new PanelProduct(
        precision == Precision.FLOAT32
            ? FloatPanels.ofTransposed(weight)
            : BFloat16Panels.ofTransposed(weight));
  }

  @Override
  public PackedMatrix packForSingleRows(Tensor weight) {
    return new SingleRowMatrix(precision, weight);
  }

  @Override
  public long singleRowHeapBytes(long elements) {
    return elements * precision.bytes();
  }

  @Override
  public int quantizedRows() {
    return oneDnn ? 1 : QUANTIZED_ROWS;
  }

  @Override
  public PackedMatrix packQuantized(QuantizedWeight weight) {
    return new QuantizedPanels(weight);
  }

  @Override
  public void add(Tensor x, Tensor y) {
    ElementwiseKernels.add(x, y);
  }

  @Override
  public void scale(float factor, Tensor x) {
    ElementwiseKernels.scale(factor, x);
  }

  @Override
  public void addRow(Tensor row, Tensor x) {
    ElementwiseKernels.add(row, x);
  }

  @Override
  public void sumRows(Tensor x, Tensor target) {
    RowLoops.sumRows(x, target);
  }

  @Override
  public void multiply(Tensor mask, Tensor x) {
    ElementwiseKernels.multiply(mask, x);
  }

  @Override
  public double sumOfSquares(Tensor x) {
    return ElementwiseKernels.sumOfSquares(x);
  }

  @Override
  public void gather(Tensor table, int[] ids, Tensor out) {
    EmbeddingKernels.gather(table, ids, out);
  }

  @Override
  public void scatter(Tensor rows, int[] ids, Tensor table) {
    EmbeddingKernels.scatter(rows, ids, table);
  }

  @Override
  public void scatterAdd(Tensor rows, int[] ids, Tensor table) {
    EmbeddingKernels.scatterAdd(rows, ids, table);
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weight, float epsilon, Tensor out, Tensor inverseRms) {
    RmsNormKernels.forward(x, weight, epsilon, out, inverseRms);
  }

  @Override
  public void rmsNormBackward(
      Tensor dOut, Tensor x, Tensor weight, Tensor inverseRms, Tensor dX, Tensor dWeight) {
    RmsNormKernels.backward(dOut, x, weight, inverseRms, dX, dWeight);
  }

  @Override
  public void rotate(Tensor x, int headDim, int[] positions, RotaryTable table, boolean inverse) {
    RotaryKernel.rotate(x, headDim, positions, table, inverse);
  }

  @Override
  public void swiGlu(Tensor gate, Tensor up, Tensor out) {
    SwiGluKernels.forward(gate, up, out);
  }

  @Override
  public void swiGluBackward(Tensor dOut, Tensor gate, Tensor up, Tensor dGate, Tensor dUp) {
    SwiGluKernels.backward(dOut, gate, up, dGate, dUp);
  }

  @Override
  public void attention(
      AttentionShape shape,
      List<AttentionSpan> spans,
      Tensor query,
      Tensor key,
      Tensor value,
      Tensor out,
      Tensor logSumExp) {
    AttentionForward.run(shape, spans, query, key, value, out, logSumExp);
  }

  @Override
  public void attentionBackward(
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
      Tensor dValue) {
    AttentionBackward.run(
        shape, spans, dOut, query, key, value, out, logSumExp, dQuery, dKey, dValue);
  }

  @Override
  public void argmax(Tensor x, int[] columns) {
    SoftmaxKernels.argmax(x, columns);
  }

  @Override
  public void softmax(Tensor logits, int[] targets, TokenStats stats, int at) {
    SoftmaxKernels.softmax(logits, targets, stats, at);
  }

  @Override
  public void logProbGradient(Tensor probabilities, int[] targets, double[] coefficients, int at) {
    SoftmaxKernels.logProbGradient(probabilities, targets, coefficients, at);
  }

  @Override
  public void adamW(
      Tensor weight, Tensor gradient, Tensor firstMoment, Tensor secondMoment, AdamStep step) {
    AdamKernel.step(weight, gradient, firstMoment, secondMoment, step);
  }
}
