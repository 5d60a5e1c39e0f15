package org.align4j.policy.tck;

import static org.align4j.policy.tck.Oracle.SCALAR;
import static org.align4j.policy.tck.Oracle.close;
import static org.align4j.policy.tck.StridedTensors.random;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.align4j.policy.backend.AttentionShape;
import org.align4j.policy.backend.AttentionSpan;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.KeyRange;
import org.align4j.policy.backend.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Grouped-query attention over ragged spans, with and without a window. */
interface AttentionContract {

  /** Queries and keys. */
  int ROWS = 70;

  /** The backend under test. */
  Backend backend();

  /** Spans that stand alone, share keys of others and lie in several ranges. */
  static List<AttentionSpan> spans() {
    return List.of(
        AttentionSpan.alone(0, 37, 0),
        span(37, 5, 0, range(0, 37, 0), range(37, 5, 0)),
        span(42, 1, 0, range(0, 37, 0), range(42, 1, 0)),
        AttentionSpan.alone(43, 1, 1),
        // Two groups that add to rows of a third, one of them by two spans and two ranges.
        span(44, 4, 2, range(0, 37, 0), range(44, 4, 2)),
        span(48, 1, 3, range(0, 30, 0), range(53, 6, 3), range(59, 5, 3)),
        span(49, 4, 3, range(0, 30, 0), range(53, 6, 3), range(64, 6, 3)));
  }

  /** Several widths of a head; the last with a window. */
  static Stream<AttentionShape> attentionShapes() {
    return Stream.of(
        new AttentionShape(4, 2, 12, 0.3f, 0),
        new AttentionShape(3, 1, 16, 0.25f, 0),
        new AttentionShape(2, 2, 20, 0.2f, 7));
  }

  private static AttentionSpan span(int start, int length, int group, KeyRange... keys) {
    return new AttentionSpan(start, length, List.of(keys), group);
  }

  private static KeyRange range(int start, int length, int group) {
    return new KeyRange(start, length, group);
  }

  @ParameterizedTest
  @MethodSource("attentionShapes")
  default void attentionForwardAndBackward(AttentionShape shape) {
    int q = shape.heads() * shape.headDim();
    int kv = shape.kvHeads() * shape.headDim();
    Tensor query = random(ROWS, q, 21);
    Tensor key = random(ROWS, kv, 22);
    Tensor value = random(ROWS, kv, 23);
    Tensor dOut = random(ROWS, q, 24);
    Tensor out = Tensor.zeros(ROWS, q);
    Tensor lse = Tensor.zeros(ROWS, shape.heads());
    sameAttention(backend(), shape, spans(), query, key, value, out, lse);
    Tensor[] want = gradients(SCALAR, shape, dOut, query, key, value, out, lse);
    Tensor[] have = gradients(backend(), shape, dOut, query, key, value, out, lse);
    for (int i = 0; i < want.length; i++) {
      close(want[i], have[i], 1e-4);
    }
  }

  /** So many single queries that some are computed together, with and without keys in common. */
  @ParameterizedTest
  @MethodSource("attentionShapes")
  default void decodingStepsThatShareKeys(AttentionShape shape) {
    List<AttentionSpan> steps = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      int shared = i % 11 == 0 ? 25 : 30;
      steps.add(span(i, 1, i, range(0, shared, i), range(30 + i % 20, 1 + i % 17, i)));
    }
    int q = shape.heads() * shape.headDim();
    int kv = shape.kvHeads() * shape.headDim();
    Tensor query = random(ROWS, q, 31);
    Tensor key = random(ROWS, kv, 32);
    Tensor value = random(ROWS, kv, 33);
    Tensor out = Tensor.zeros(ROWS, q);
    Tensor lse = Tensor.zeros(ROWS, shape.heads());
    sameAttention(backend(), shape, steps, query, key, value, out, lse);
  }

  /** Leaves the scalar backend's results in {@code out} and {@code lse}. */
  private static void sameAttention(
      Backend backend,
      AttentionShape shape,
      List<AttentionSpan> spans,
      Tensor query,
      Tensor key,
      Tensor value,
      Tensor out,
      Tensor lse) {
    SCALAR.attention(shape, spans, query, key, value, out, lse);
    Tensor gotOut = Tensor.zeros(out.rows(), out.columns());
    Tensor gotLse = Tensor.zeros(lse.rows(), lse.columns());
    backend.attention(shape, spans, query, key, value, gotOut, gotLse);
    close(out, gotOut, 1e-5);
    close(lse, gotLse, 1e-5);
  }

  private static Tensor[] gradients(
      Backend backend,
      AttentionShape shape,
      Tensor dOut,
      Tensor query,
      Tensor key,
      Tensor value,
      Tensor out,
      Tensor lse) {
    Tensor dQuery = Tensor.zeros(query.rows(), query.columns());
    Tensor dKey = Tensor.zeros(key.rows(), key.columns());
    Tensor dValue = Tensor.zeros(key.rows(), key.columns());
    backend.attentionBackward(
        shape, spans(), dOut, query, key, value, out, lse, dQuery, dKey, dValue);
    return new Tensor[] {dQuery, dKey, dValue};
  }
}
