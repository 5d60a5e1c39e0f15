package org.align4j.policy.backend.internal.portable;

import java.util.List;
import org.align4j.policy.backend.AdamStep;
import org.align4j.policy.backend.AttentionShape;
import org.align4j.policy.backend.AttentionSpan;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.KernelChoice;
import org.align4j.policy.backend.Library;
import org.align4j.policy.backend.RotaryTable;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.backend.internal.Blas;
import org.align4j.policy.backend.internal.RowLoops;

/**
 * OpenBLAS for products and plain Java loops for the rest: what runs where the vector module was
 * not added to the JVM.
 */
public final class PortableBackend implements Backend {

  @Override
  public String name() {
    return "portable";
  }

  @Override
  public List<KernelChoice> kernels() {
    Library blas = Blas.library();
    KernelChoice products =
        blas.present()
            ? new KernelChoice("all products", "OpenBLAS", blas.detail())
            : new KernelChoice("all products", "Java loops", "OpenBLAS: " + blas.detail());
    return List.of(products, new KernelChoice("everything else", "Java loops", "made for any JVM"));
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
    Blas.gemm(transposeA, transposeB, alpha, a, b, beta, c);
  }

  @Override
  public void add(Tensor x, Tensor y) {
    ElementLoops.add(x, y);
  }

  @Override
  public void scale(float factor, Tensor x) {
    ElementLoops.scale(factor, x);
  }

  @Override
  public void addRow(Tensor row, Tensor x) {
    ElementLoops.add(row, x);
  }

  @Override
  public void sumRows(Tensor x, Tensor target) {
    RowLoops.sumRows(x, target);
  }

  @Override
  public void multiply(Tensor mask, Tensor x) {
    ElementLoops.multiply(mask, x);
  }

  @Override
  public double sumOfSquares(Tensor x) {
    return ElementLoops.sumOfSquares(x);
  }

  @Override
  public void gather(Tensor table, int[] ids, Tensor out) {
    ElementLoops.gather(table, ids, out);
  }

  @Override
  public void scatterAdd(Tensor rows, int[] ids, Tensor table) {
    ElementLoops.scatterAdd(rows, ids, table);
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weight, float epsilon, Tensor out, Tensor inverseRms) {
    NormLoops.forward(x, weight, epsilon, out, inverseRms);
  }

  @Override
  public void rmsNormBackward(
      Tensor dOut, Tensor x, Tensor weight, Tensor inverseRms, Tensor dX, Tensor dWeight) {
    NormLoops.backward(dOut, x, weight, inverseRms, dX, dWeight);
  }

  @Override
  public void rotate(Tensor x, int headDim, int[] positions, RotaryTable table, boolean inverse) {
    ElementLoops.rotate(x, headDim, positions, table, inverse);
  }

  @Override
  public void swiGlu(Tensor gate, Tensor up, Tensor out) {
    SwiGluLoops.forward(gate, up, out);
  }

  @Override
  public void swiGluBackward(Tensor dOut, Tensor gate, Tensor up, Tensor dGate, Tensor dUp) {
    SwiGluLoops.backward(dOut, gate, up, dGate, dUp);
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
    new AttentionLoops(shape, query, key, value, out, logSumExp).run(spans);
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
    new AttentionGradientLoops(shape, dOut, query, key, value, out, logSumExp, dQuery)
        .run(spans, dKey, dValue);
  }

  @Override
  public void softmax(Tensor logits, int[] targets, TokenStats stats, int at) {
    SoftmaxLoops.softmax(logits, targets, stats, at);
  }

  @Override
  public void logProbGradient(Tensor probabilities, int[] targets, double[] coefficients, int at) {
    SoftmaxLoops.logProbGradient(probabilities, targets, coefficients, at);
  }

  @Override
  public void adamW(
      Tensor weight, Tensor gradient, Tensor firstMoment, Tensor secondMoment, AdamStep step) {
    ElementLoops.adamW(weight, gradient, firstMoment, secondMoment, step);
  }
}
