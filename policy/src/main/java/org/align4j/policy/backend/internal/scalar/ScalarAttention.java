package org.align4j.policy.backend.internal.scalar;

import java.util.List;
import org.align4j.policy.backend.AttentionShape;
import org.align4j.policy.backend.AttentionSpan;
import org.align4j.policy.backend.Tensor;

/** Attention one query and one head at a time, in double. */
final class ScalarAttention {
  private ScalarAttention() {}

  static void forward(
      AttentionShape shape,
      List<AttentionSpan> spans,
      Tensor query,
      Tensor key,
      Tensor value,
      Tensor out,
      Tensor logSumExp) {
    for (AttentionSpan span : spans) {
      for (int i = 0; i < span.length(); i++) {
        for (int head = 0; head < shape.heads(); head++) {
          double[] scores = scores(shape, span, i, head, query, key);
          double max = Double.NEGATIVE_INFINITY;
          for (double score : scores) {
            max = Math.max(max, score);
          }
          double sum = 0;
          for (double score : scores) {
            sum += Math.exp(score - max);
          }
          double lse = max + Math.log(sum);
          int row = span.queryStart() + i;
          int first = shape.firstVisible(span.position(i));
          logSumExp.set(row, head, (float) lse);
          int kv = head / shape.groupSize() * shape.headDim();
          for (int d = 0; d < shape.headDim(); d++) {
            double total = 0;
            for (int j = 0; j < scores.length; j++) {
              total += Math.exp(scores[j] - lse) * value.get(span.keyRow(first + j), kv + d);
            }
            out.set(row, head * shape.headDim() + d, (float) total);
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
      for (int i = 0; i < span.length(); i++) {
        int row = span.queryStart() + i;
        int first = shape.firstVisible(span.position(i));
        for (int head = 0; head < shape.heads(); head++) {
          int q = head * dim;
          int kv = head / shape.groupSize() * dim;
          double[] scores = scores(shape, span, i, head, query, key);
          double lse = logSumExp.get(row, head);
          double delta = 0;
          for (int d = 0; d < dim; d++) {
            delta += (double) dOut.get(row, q + d) * out.get(row, q + d);
          }
          double[] dq = new double[dim];
          for (int j = 0; j < scores.length; j++) {
            int keyRow = span.keyRow(first + j);
            double p = Math.exp(scores[j] - lse);
            double dp = 0;
            for (int d = 0; d < dim; d++) {
              dp += (double) dOut.get(row, q + d) * value.get(keyRow, kv + d);
            }
            double ds = p * (dp - delta) * shape.scale();
            for (int d = 0; d < dim; d++) {
              dq[d] += ds * key.get(keyRow, kv + d);
              accumulate(dKey, keyRow, kv + d, ds * query.get(row, q + d));
              accumulate(dValue, keyRow, kv + d, p * dOut.get(row, q + d));
            }
          }
          for (int d = 0; d < dim; d++) {
            dQuery.set(row, q + d, (float) dq[d]);
          }
        }
      }
    }
  }

  /** Scaled scores of one query against the keys that it sees. */
  private static double[] scores(
      AttentionShape shape, AttentionSpan span, int i, int head, Tensor query, Tensor key) {
    int position = span.position(i);
    int first = shape.firstVisible(position);
    int kv = head / shape.groupSize() * shape.headDim();
    double[] scores = new double[position + 1 - first];
    for (int j = 0; j < scores.length; j++) {
      double dot = 0;
      for (int d = 0; d < shape.headDim(); d++) {
        dot +=
            (double) query.get(span.queryStart() + i, head * shape.headDim() + d)
                * key.get(span.keyRow(first + j), kv + d);
      }
      scores[j] = dot * shape.scale();
    }
    return scores;
  }

  private static void accumulate(Tensor target, int row, int column, double value) {
    target.set(row, column, (float) (target.get(row, column) + value));
  }
}
