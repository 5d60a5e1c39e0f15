package org.align4j.policy.backend.internal.nd4j;

import java.util.List;
import org.align4j.policy.backend.AdamStep;
import org.align4j.policy.backend.AttentionShape;
import org.align4j.policy.backend.AttentionSpan;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.RotaryTable;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.backend.internal.Blas;
import org.align4j.policy.backend.internal.Isa;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/** ND4J operations alone, so that the engine runs on whatever device ND4J runs on. */
public final class Nd4jBackend implements Backend {

  /** Starts ND4J, which fails here rather than in a training step where its natives are absent. */
  public Nd4jBackend() {
    // ND4J loads OpenBLAS, which reads its cap then.
    Isa.chooseOpenBlasKernels();
    Nd4j.scalar(0f);
  }

  @Override
  public String name() {
    return "nd4j";
  }

  /** A private copy: results are computed on whole arrays, since M2.1 is unreliable on views. */
  private static INDArray load(Tensor tensor) {
    return Nd4j.createFromArray(tensor.toArray()).reshape('c', tensor.rows(), tensor.columns());
  }

  private static void store(INDArray array, Tensor target) {
    float[] values = array.dup('c').data().asFloat();
    for (int r = 0; r < target.rows(); r++) {
      target.writeRow(r, values, r * target.columns());
    }
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
    Blas.checkShapes(transposeA, transposeB, a, b, c);
    INDArray left = transposeA ? load(a).transpose() : load(a);
    INDArray right = transposeB ? load(b).transpose() : load(b);
    INDArray product = left.mmul(right).mul(alpha);
    store(beta == 0 ? product : product.add(load(c).mul(beta)), c);
  }

  @Override
  public void add(Tensor x, Tensor y) {
    store(load(y).addi(load(x)), y);
  }

  @Override
  public void scale(float factor, Tensor x) {
    store(load(x).muli(factor), x);
  }

  @Override
  public void addRow(Tensor row, Tensor x) {
    store(load(x).addiRowVector(load(row)), x);
  }

  @Override
  public void sumRows(Tensor x, Tensor target) {
    store(load(target).addi(load(x).sum(true, 0)), target);
  }

  @Override
  public void multiply(Tensor mask, Tensor x) {
    store(load(x).muli(load(mask)), x);
  }

  @Override
  public double sumOfSquares(Tensor x) {
    double norm =
        load(x).castTo(org.nd4j.linalg.api.buffer.DataType.DOUBLE).norm2Number().doubleValue();
    return norm * norm;
  }

  @Override
  public void gather(Tensor table, int[] ids, Tensor out) {
    store(Nd4j.pullRows(load(table), 1, ids), out);
  }

  @Override
  public void scatterAdd(Tensor rows, int[] ids, Tensor table) {
    INDArray sum = load(table);
    INDArray addends = load(rows);
    for (int r = 0; r < ids.length; r++) {
      sum.getRow(ids[r]).addi(addends.getRow(r));
    }
    store(sum, table);
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weight, float epsilon, Tensor out, Tensor inverseRms) {
    INDArray input = load(x);
    INDArray s = Transforms.sqrt(input.mul(input).mean(true, 1).addi(epsilon)).rdivi(1);
    store(input.mulColumnVector(s).muliRowVector(load(weight)), out);
    store(s, inverseRms);
  }

  @Override
  public void rmsNormBackward(
      Tensor dOut, Tensor x, Tensor weight, Tensor inverseRms, Tensor dX, Tensor dWeight) {
    INDArray input = load(x);
    INDArray s = load(inverseRms);
    INDArray scaled = load(dOut).mulRowVector(load(weight));
    INDArray correction =
        scaled.mul(input).sum(true, 1).muli(Transforms.pow(s, 3)).divi(x.columns());
    INDArray gradient = scaled.mulColumnVector(s).subi(input.mulColumnVector(correction));
    store(load(dX).addi(gradient), dX);
    if (dWeight != null) {
      INDArray weightGradient = load(dOut).muli(input.mulColumnVector(s)).sum(true, 0);
      store(load(dWeight).addi(weightGradient), dWeight);
    }
  }

  @Override
  public void rotate(Tensor x, int headDim, int[] positions, RotaryTable table, boolean inverse) {
    int half = headDim / 2;
    INDArray cos = angles(table.cos(), half, positions);
    INDArray sin = angles(table.sin(), half, positions).muli(inverse ? -1 : 1);
    INDArray input = load(x);
    INDArray result = input.dup();
    for (int head = 0; head < x.columns(); head += headDim) {
      INDArray first = input.get(NDArrayIndex.all(), NDArrayIndex.interval(head, head + half));
      INDArray second =
          input.get(NDArrayIndex.all(), NDArrayIndex.interval(head + half, head + headDim));
      result
          .get(NDArrayIndex.all(), NDArrayIndex.interval(head, head + half))
          .assign(first.mul(cos).subi(second.mul(sin)));
      result
          .get(NDArrayIndex.all(), NDArrayIndex.interval(head + half, head + headDim))
          .assign(second.mul(cos).addi(first.mul(sin)));
    }
    store(result, x);
  }

  private static INDArray angles(float[] table, int half, int[] positions) {
    INDArray all = Nd4j.createFromArray(table).reshape('c', table.length / half, half);
    return Nd4j.pullRows(all, 1, positions);
  }

  @Override
  public void swiGlu(Tensor gate, Tensor up, Tensor out) {
    INDArray g = load(gate);
    store(Transforms.sigmoid(g, true).muli(g).muli(load(up)), out);
  }

  @Override
  public void swiGluBackward(Tensor dOut, Tensor gate, Tensor up, Tensor dGate, Tensor dUp) {
    INDArray g = load(gate);
    INDArray d = load(dOut);
    INDArray sigmoid = Transforms.sigmoid(g, true);
    INDArray slope = sigmoid.mul(g.mul(sigmoid.rsub(1)).addi(1));
    INDArray gateGradient = d.mul(load(up)).muli(slope);
    store(d.mul(g).muli(sigmoid), dUp);
    store(gateGradient, dGate);
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
    Nd4jAttention.forward(shape, spans, query, key, value, out, logSumExp);
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
    Nd4jAttention.backward(
        shape, spans, dOut, query, key, value, out, logSumExp, dQuery, dKey, dValue);
  }

  @Override
  public void softmax(Tensor logits, int[] targets, TokenStats stats, int at) {
    INDArray x = load(logits);
    INDArray max = x.max(true, 1);
    INDArray shifted = x.subColumnVector(max);
    INDArray exponentials = Transforms.exp(shifted, true);
    INDArray sums = exponentials.sum(true, 1);
    INDArray weighted = exponentials.mul(shifted).sum(true, 1);
    INDArray squares = exponentials.mul(exponentials).sum(true, 1);
    INDArray means = x.mean(true, 1);
    for (int r = 0; r < logits.rows(); r++) {
      double sum = sums.getDouble(r, 0);
      double target = shifted.getDouble(r, targets[r]);
      stats.logProbs()[at + r] = target - Math.log(sum);
      stats.entropies()[at + r] = Math.log(sum) - weighted.getDouble(r, 0) / sum;
      stats.logSumSquares()[at + r] = Math.log(squares.getDouble(r, 0)) - 2 * Math.log(sum);
      stats.meanLogits()[at + r] = means.getDouble(r, 0);
      stats.correct()[at + r] = target >= 0 ? 1 : 0;
    }
    store(exponentials.diviColumnVector(sums), logits);
  }

  @Override
  public void logProbGradient(Tensor probabilities, int[] targets, double[] coefficients, int at) {
    INDArray p = load(probabilities);
    for (int r = 0; r < probabilities.rows(); r++) {
      p.getRow(r).muli(-coefficients[at + r]);
      p.putScalar(r, targets[r], p.getDouble(r, targets[r]) + coefficients[at + r]);
    }
    store(p, probabilities);
  }

  @Override
  public void adamW(
      Tensor weight, Tensor gradient, Tensor firstMoment, Tensor secondMoment, AdamStep step) {
    INDArray g = load(gradient);
    INDArray m = load(firstMoment).muli(step.beta1()).addi(g.mul(1 - step.beta1()));
    INDArray v = load(secondMoment).muli(step.beta2()).addi(g.mul(g).muli(1 - step.beta2()));
    INDArray denominator =
        Transforms.sqrt(v, true).muli(step.inverseRootCorrection()).addi(step.epsilon());
    INDArray decayed = load(weight).muli(1 - step.learningRate() * step.weightDecay());
    store(decayed.subi(m.mul(step.correctedRate()).divi(denominator)), weight);
    store(m, firstMoment);
    store(v, secondMoment);
  }
}
