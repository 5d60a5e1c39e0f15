package org.align4j.policy.backend.internal.nd4j;

import java.util.List;
import org.align4j.policy.backend.AttentionShape;
import org.align4j.policy.backend.AttentionSpan;
import org.align4j.policy.backend.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Attention of one span and one head as ND4J matrix products. */
final class Nd4jAttention {
  /** Exponentiates to zero without making NaN of masked rows. */
  private static final float MASKED = -1e30f;

  private Nd4jAttention() {}

  static void forward(
      AttentionShape shape,
      List<AttentionSpan> spans,
      Tensor query,
      Tensor key,
      Tensor value,
      Tensor out,
      Tensor logSumExp) {
    int dim = shape.headDim();
    for (AttentionSpan span : spans) {
      INDArray mask = mask(shape, span);
      for (int head = 0; head < shape.heads(); head++) {
        int kv = head / shape.groupSize() * dim;
        INDArray scores = scores(shape, span, query, key, head, kv, mask);
        INDArray max = scores.max(true, 1);
        INDArray exponentials = Transforms.exp(scores.subColumnVector(max), false);
        INDArray sums = exponentials.sum(true, 1);
        INDArray result = exponentials.diviColumnVector(sums).mmul(keys(span, value, kv, dim));
        INDArray lse = Transforms.log(sums, true).addi(max);
        for (int i = 0; i < span.length(); i++) {
          int row = span.queryStart() + i;
          logSumExp.set(row, head, lse.getFloat(i, 0));
          for (int d = 0; d < dim; d++) {
            out.set(row, head * dim + d, result.getFloat(i, d));
          }
        }
      }
    }
  }

  static void backward(
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
    int dim = shape.headDim();
    for (AttentionSpan span : spans) {
      INDArray mask = mask(shape, span);
      for (int head = 0; head < shape.heads(); head++) {
        int kv = head / shape.groupSize() * dim;
        INDArray lse = queries(span, logSumExp, head, 1);
        INDArray p =
            Transforms.exp(
                scores(shape, span, query, key, head, kv, mask).subColumnVector(lse), false);
        INDArray gradient = queries(span, dOut, head * dim, dim);
        INDArray delta = gradient.mul(queries(span, out, head * dim, dim)).sum(true, 1);
        INDArray dp = gradient.mmul(keys(span, value, kv, dim).transpose());
        INDArray ds = dp.subColumnVector(delta).mul(p).mul(shape.scale());
        INDArray dq = ds.mmul(keys(span, key, kv, dim));
        for (int i = 0; i < span.length(); i++) {
          for (int d = 0; d < dim; d++) {
            dQuery.set(span.queryStart() + i, head * dim + d, dq.getFloat(i, d));
          }
        }
        addKeys(span, ds.transpose().mmul(queries(span, query, head * dim, dim)), dKey, kv, dim);
        addKeys(span, p.transpose().mmul(gradient), dValue, kv, dim);
      }
    }
  }

  private static INDArray scores(
      AttentionShape shape,
      AttentionSpan span,
      Tensor query,
      Tensor key,
      int head,
      int kv,
      INDArray mask) {
    int dim = shape.headDim();
    return queries(span, query, head * dim, dim)
        .mmul(keys(span, key, kv, dim).transpose())
        .mul(shape.scale())
        .add(mask);
  }

  private static INDArray mask(AttentionShape shape, AttentionSpan span) {
    float[] values = new float[span.length() * span.keys()];
    for (int i = 0; i < span.length(); i++) {
      int position = span.position(i);
      for (int j = 0; j < span.keys(); j++) {
        boolean visible = j <= position && j >= shape.firstVisible(position);
        values[i * span.keys() + j] = visible ? 0 : MASKED;
      }
    }
    return Nd4j.createFromArray(values).reshape('c', span.length(), span.keys());
  }

  private static INDArray queries(AttentionSpan span, Tensor source, int column, int dim) {
    float[] values = source.rows(span.queryStart(), span.length()).columns(column, dim).toArray();
    return Nd4j.createFromArray(values).reshape('c', span.length(), dim);
  }

  private static INDArray keys(AttentionSpan span, Tensor source, int column, int dim) {
    float[] values = new float[span.keys() * dim];
    for (int j = 0; j < span.keys(); j++) {
      source.read(span.keyRow(j), column, values, j * dim, dim);
    }
    return Nd4j.createFromArray(values).reshape('c', span.keys(), dim);
  }

  private static void addKeys(
      AttentionSpan span, INDArray addend, Tensor target, int column, int dim) {
    for (int j = 0; j < span.keys(); j++) {
      int row = span.keyRow(j);
      for (int d = 0; d < dim; d++) {
        target.set(row, column + d, target.get(row, column + d) + addend.getFloat(j, d));
      }
    }
  }
}
