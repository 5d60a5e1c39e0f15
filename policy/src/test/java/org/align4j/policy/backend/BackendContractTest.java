package org.align4j.policy.backend;

import static org.align4j.policy.backend.StridedTensors.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation of every backend against the scalar one, at odd sizes and on views. */
@Tag("lane")
class BackendContractTest {
  private static final Backend SCALAR = Backends.named("scalar");
  private static final int[] WIDTHS = {1, 13, 16, 67};
  private static final List<AttentionSpan> SPANS =
      List.of(
          AttentionSpan.alone(0, 37, 0),
          span(37, 5, 0, range(0, 37, 0), range(37, 5, 0)),
          span(42, 1, 0, range(0, 37, 0), range(42, 1, 0)),
          AttentionSpan.alone(43, 1, 1),
          // Two groups that add to rows of a third, one of them by two spans and two ranges.
          span(44, 4, 2, range(0, 37, 0), range(44, 4, 2)),
          span(48, 1, 3, range(0, 30, 0), range(53, 6, 3), range(59, 5, 3)),
          span(49, 4, 3, range(0, 30, 0), range(53, 6, 3), range(64, 6, 3)));
  private static final int ROWS = 70;

  private static AttentionSpan span(int start, int length, int group, KeyRange... keys) {
    return new AttentionSpan(start, length, List.of(keys), group);
  }

  private static KeyRange range(int start, int length, int group) {
    return new KeyRange(start, length, group);
  }

  static Stream<Backend> backends() {
    // LaneTest says whether the module may be absent.
    Stream<String> names =
        Backends.vectorModulePresent()
            ? Stream.of("vector", "portable", "nd4j")
            : Stream.of("portable", "nd4j");
    return names.map(Backends::named);
  }

  static Stream<Arguments> widths() {
    return backends()
        .flatMap(b -> java.util.Arrays.stream(WIDTHS).mapToObj(w -> Arguments.of(b, w)));
  }

  static Stream<Arguments> attentionShapes() {
    return backends()
        .flatMap(
            b ->
                Stream.of(
                    Arguments.of(b, new AttentionShape(4, 2, 12, 0.3f, 0)),
                    Arguments.of(b, new AttentionShape(3, 1, 16, 0.25f, 0)),
                    Arguments.of(b, new AttentionShape(2, 2, 20, 0.2f, 7))));
  }

  private static Tensor copy(Tensor tensor) {
    Tensor out = Tensor.zeros(tensor.rows(), tensor.columns());
    out.copyFrom(tensor);
    return out;
  }

  /** Runs an operation that changes its last tensor, by both backends, and compares. */
  private static void same(
      Backend backend, Tensor initial, double tolerance, BiConsumer<Backend, Tensor> operation) {
    Tensor expected = copy(initial);
    Tensor got = copy(initial);
    operation.accept(SCALAR, expected);
    operation.accept(backend, got);
    close(expected, got, tolerance);
  }

  private static void close(Tensor expected, Tensor got, double tolerance) {
    float[] want = expected.toArray();
    float[] have = got.toArray();
    for (int i = 0; i < want.length; i++) {
      double scale = Math.max(1, Math.abs(want[i]));
      assertThat((double) have[i])
          .as("element %d", i)
          .isCloseTo(want[i], within(tolerance * scale));
    }
  }

  @ParameterizedTest
  @MethodSource("widths")
  void gemm(Backend backend, int n) {
    for (boolean transposeA : new boolean[] {false, true}) {
      for (boolean transposeB : new boolean[] {false, true}) {
        Tensor a = transposeA ? random(19, 7, 1) : random(7, 19, 1);
        Tensor b = transposeB ? random(n, 19, 2) : random(19, n, 2);
        same(
            backend,
            random(7, n, 3),
            1e-5,
            (op, c) -> op.gemm(transposeA, transposeB, 0.5f, a, b, 2, c));
        same(
            backend,
            random(7, n, 3),
            1e-5,
            (op, c) -> op.gemm(transposeA, transposeB, 1, a, b, 0, c));
      }
    }
  }

  /** Few columns and many rows or terms, as in an adapter's gradients. */
  @ParameterizedTest
  @MethodSource("widths")
  void thinGemm(Backend backend, int n) {
    for (int[] size : new int[][] {{517, 45}, {133, 700}}) {
      for (int transposed = 0; transposed < 4; transposed++) {
        boolean transposeA = transposed % 2 == 1;
        boolean transposeB = transposed / 2 == 1;
        int m = size[0];
        int k = size[1];
        Tensor a = transposeA ? random(k, m, 1) : random(m, k, 1);
        Tensor b = transposeB ? random(n, k, 2) : random(k, n, 2);
        for (float beta : new float[] {0, 1}) {
          same(
              backend,
              random(m, n, 3),
              1e-4,
              (op, c) -> op.gemm(transposeA, transposeB, 0.5f, a, b, beta, c));
        }
      }
    }
  }

  /** Few rows against many, as in decoding. */
  @ParameterizedTest
  @MethodSource("widths")
  void skinnyGemm(Backend backend, int rows) {
    Tensor x = random(rows, 45, 30);
    Tensor w = random(203, 45, 31);
    same(backend, random(rows, 203, 32), 1e-5, (op, c) -> op.gemm(false, true, 1, x, w, 0, c));
  }

  /** A packed weight is a copy; row counts cross the tiles of the kernels. */
  @ParameterizedTest
  @MethodSource("backends")
  void packedProduct(Backend backend) {
    for (int rows : new int[] {1, 2, 3, 8, 11, 16, 29}) {
      for (int outputs : new int[] {1, 31, 64, 203}) {
        Tensor x = random(rows, 45, 30);
        Tensor w = random(outputs, 45, 31);
        Tensor expected = Tensor.zeros(rows, outputs);
        SCALAR.gemm(false, true, 1, x, w, 0, expected);
        PackedMatrix packed = backend.pack(w);
        backend.scale(0, w);
        Tensor got = random(rows, outputs, 32);
        packed.multiply(x, got);
        close(expected, got, 1e-5);
      }
    }
  }

  /** The way back, at depths around the kernels' blocks. */
  @ParameterizedTest
  @MethodSource("backends")
  void packedTransposedProduct(Backend backend) {
    for (int depth : new int[] {5, 768, 1000}) {
      for (int columns : new int[] {95, 96, 131}) {
        Tensor d = random(7, depth, 33);
        Tensor w = random(depth, columns, 34);
        Tensor expected = Tensor.zeros(7, columns);
        SCALAR.gemm(false, false, 1, d, w, 0, expected);
        PackedMatrix packed = backend.packTransposed(w);
        backend.scale(0, w);
        Tensor got = random(7, columns, 35);
        packed.multiply(d, got);
        // Sums of a thousand terms are some thirty in size.
        close(expected, got, 1e-4);
      }
    }
  }

  @Test
  void gemmNamesTheShapesThatDoNotFit() {
    backends()
        .forEach(
            backend ->
                assertThatThrownBy(
                        () ->
                            backend.gemm(
                                false,
                                false,
                                1,
                                random(2, 3, 1),
                                random(4, 5, 2),
                                0,
                                random(2, 5, 3)))
                    .hasMessage("gemm: op(A) is [2, 3], op(B) is [4, 5], C is [2, 5]"));
  }

  @ParameterizedTest
  @MethodSource("widths")
  void elementwise(Backend backend, int n) {
    Tensor x = random(5, n, 4);
    Tensor row = random(1, n, 5);
    same(backend, random(5, n, 6), 1e-6, (op, y) -> op.add(x, y));
    same(backend, random(5, n, 6), 1e-6, (op, y) -> op.scale(-1.5f, y));
    same(backend, random(5, n, 6), 1e-6, (op, y) -> op.addRow(row, y));
    same(backend, random(5, n, 6), 1e-6, (op, y) -> op.multiply(x, y));
    same(backend, random(1, n, 6), 1e-5, (op, y) -> op.sumRows(x, y));
    assertThat(backend.sumOfSquares(x))
        .isCloseTo(SCALAR.sumOfSquares(x), within(1e-5 * Math.max(1, n)));
  }

  @ParameterizedTest
  @MethodSource("widths")
  void rows(Backend backend, int n) {
    Tensor table = random(9, n, 7);
    int[] ids = {3, 8, 3, 0};
    same(backend, random(4, n, 8), 1e-6, (op, out) -> op.gather(table, ids, out));
    Tensor addends = random(4, n, 9);
    same(backend, random(9, n, 8), 1e-6, (op, out) -> op.scatterAdd(addends, ids, out));
    int[] places = {3, -1, 8, 0};
    same(backend, random(9, n, 8), 0, (op, out) -> op.scatter(addends, places, out));
  }

  @ParameterizedTest
  @MethodSource("widths")
  void rmsNorm(Backend backend, int n) {
    Tensor x = random(6, n, 10);
    Tensor weight = random(1, n, 11);
    Tensor dOut = random(6, n, 12);
    Tensor inverse = Tensor.zeros(6, 1);
    same(backend, random(6, n, 13), 1e-5, (op, out) -> op.rmsNorm(x, weight, 1e-5f, out, inverse));
    SCALAR.rmsNorm(x, weight, 1e-5f, Tensor.zeros(6, n), inverse);
    same(
        backend,
        random(6, n, 14),
        1e-4,
        (op, dX) -> op.rmsNormBackward(dOut, x, weight, inverse, dX, null));
    same(
        backend,
        random(1, n, 15),
        1e-4,
        (op, dW) -> op.rmsNormBackward(dOut, x, weight, inverse, Tensor.zeros(6, n), dW));
  }

  @ParameterizedTest
  @MethodSource("widths")
  void swiGlu(Backend backend, int n) {
    Tensor gate = random(5, n, 16);
    Tensor up = random(5, n, 17);
    Tensor dOut = random(5, n, 18);
    same(backend, random(5, n, 19), 1e-5, (op, out) -> op.swiGlu(gate, up, out));
    same(
        backend,
        Tensor.zeros(5, n),
        1e-5,
        (op, dGate) -> op.swiGluBackward(dOut, gate, up, dGate, Tensor.zeros(5, n)));
    same(
        backend,
        Tensor.zeros(5, n),
        1e-5,
        (op, dUp) -> op.swiGluBackward(dOut, gate, up, Tensor.zeros(5, n), dUp));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void rotation(Backend backend) {
    for (int dim : new int[] {4, 12, 32, 40}) {
      double[] frequencies = new double[dim / 2];
      java.util.Arrays.setAll(frequencies, i -> 1 / (1.0 + i));
      RotaryTable table = RotaryTable.of(frequencies, 20);
      int[] positions = {0, 7, 19, 3};
      Tensor x = random(4, 3 * dim, 20);
      same(backend, x, 1e-5, (op, y) -> op.rotate(y, dim, positions, table, false));
      Tensor back = copy(x);
      backend.rotate(back, dim, positions, table, false);
      backend.rotate(back, dim, positions, table, true);
      close(x, back, 1e-5);
    }
  }

  @ParameterizedTest
  @MethodSource("attentionShapes")
  void attentionForwardAndBackward(Backend backend, AttentionShape shape) {
    int q = shape.heads() * shape.headDim();
    int kv = shape.kvHeads() * shape.headDim();
    Tensor query = random(ROWS, q, 21);
    Tensor key = random(ROWS, kv, 22);
    Tensor value = random(ROWS, kv, 23);
    Tensor dOut = random(ROWS, q, 24);
    Tensor out = Tensor.zeros(ROWS, q);
    Tensor lse = Tensor.zeros(ROWS, shape.heads());
    sameAttention(backend, shape, SPANS, query, key, value, out, lse);
    Tensor[] want = gradients(SCALAR, shape, dOut, query, key, value, out, lse);
    Tensor[] have = gradients(backend, shape, dOut, query, key, value, out, lse);
    for (int i = 0; i < want.length; i++) {
      close(want[i], have[i], 1e-4);
    }
  }

  /** So many single queries that some are computed together, with and without keys in common. */
  @ParameterizedTest
  @MethodSource("attentionShapes")
  void decodingStepsThatShareKeys(Backend backend, AttentionShape shape) {
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
    sameAttention(backend, shape, steps, query, key, value, out, lse);
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
        shape, SPANS, dOut, query, key, value, out, lse, dQuery, dKey, dValue);
    return new Tensor[] {dQuery, dKey, dValue};
  }

  @ParameterizedTest
  @MethodSource("widths")
  void argmaxIsTheFirstOfTheLargest(Backend backend, int width) {
    Tensor x = random(5, width, 60);
    x.set(1, width - 1, 9);
    x.set(2, width / 2, 9);
    x.set(2, width - 1, 9);
    x.set(3, 0, Float.NEGATIVE_INFINITY);
    int[] expected = new int[5];
    SCALAR.argmax(x, expected);
    int[] got = new int[5];
    backend.argmax(x, got);
    assertThat(got).isEqualTo(expected);
    assertThat(got[1]).isEqualTo(width - 1);
    assertThat(got[2]).isEqualTo(width / 2);
  }

  @ParameterizedTest
  @MethodSource("widths")
  void softmaxAndItsGradient(Backend backend, int width) {
    int n = 3000 + width;
    int[] targets = {0, n - 1, 17, 5};
    Tensor logits = random(4, n, 25);
    TokenStats want = TokenStats.zeros(6);
    TokenStats have = TokenStats.zeros(6);
    Tensor expected = copy(logits);
    Tensor got = copy(logits);
    SCALAR.softmax(expected, targets, want, 1);
    backend.softmax(got, targets, have, 1);
    close(expected, got, 1e-6);
    assertThat(have.logProbs()).containsExactly(want.logProbs(), within(1e-5));
    assertThat(have.entropies()).containsExactly(want.entropies(), within(1e-5));
    assertThat(have.logSumSquares()).containsExactly(want.logSumSquares(), within(1e-5));
    assertThat(have.meanLogits()).containsExactly(want.meanLogits(), within(1e-5));
    assertThat(have.correct()).containsExactly(want.correct(), within(0.0));
    double[] coefficients = {9, 0.5, -2, 0, 1};
    same(backend, expected, 1e-6, (op, p) -> op.logProbGradient(p, targets, coefficients, 1));
  }

  @ParameterizedTest
  @MethodSource("widths")
  void adamW(Backend backend, int n) {
    AdamStep step = new AdamStep(0.01, 0.9, 0.999, 1e-8, 0.1, 3);
    Tensor gradient = random(5, n, 26);
    Tensor first = random(5, n, 27);
    Tensor second = copy(random(5, n, 28));
    for (int r = 0; r < 5; r++) {
      for (int j = 0; j < n; j++) {
        second.set(r, j, Math.abs(second.get(r, j)));
      }
    }
    same(
        backend,
        random(5, n, 29),
        1e-5,
        (op, w) -> op.adamW(w, gradient, copy(first), copy(second), step));
    same(
        backend,
        first,
        1e-6,
        (op, m) -> op.adamW(random(5, n, 29), gradient, m, copy(second), step));
  }

  @Test
  void forcedBackendThatDoesNotExistIsAnError() {
    assertThatThrownBy(() -> Backends.named("tpu"))
        .hasMessageContaining("align4j.backend is \"tpu\"")
        .hasMessageContaining("vector, portable, scalar, nd4j");
  }

  @Test
  void tensorsWrapArraysWithoutCopying() {
    Tensor tensor = Tensor.of(2, 3, 1, 2, 3, 4, 5, 6);
    assertThat(tensor.toINDArray().getFloat(1, 2)).isEqualTo(6f);
    tensor.toINDArray().putScalar(0, 1, 9);
    assertThat(tensor.get(0, 1)).isEqualTo(9f);
    org.nd4j.linalg.api.ndarray.INDArray array =
        org.nd4j.linalg.factory.Nd4j.ones(2, 2).castTo(org.nd4j.linalg.api.buffer.DataType.FLOAT);
    Tensor wrapped = Tensor.of(array);
    wrapped.set(1, 1, 7);
    assertThat(array.getFloat(1, 1)).isEqualTo(7f);
  }
}
