package org.align4j.policy.tck;

import static org.align4j.policy.tck.Oracle.SCALAR;
import static org.align4j.policy.tck.Oracle.close;
import static org.align4j.policy.tck.Oracle.same;
import static org.align4j.policy.tck.StridedTensors.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.align4j.policy.backend.AdamStep;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.RotaryTable;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.TokenStats;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link Backend} keeps: each operation gives what the scalar backend gives, at odd
 * sizes and on views whose rows have gaps between them. Tolerances are those of float32.
 */
public abstract class BackendContract implements ProductContract, AttentionContract {

  /** The backend under test. */
  @Override
  public abstract Backend backend();

  @ParameterizedTest
  @ValueSource(ints = {1, 13, 16, 67})
  void elementwise(int n) {
    Tensor x = random(5, n, 4);
    Tensor row = random(1, n, 5);
    same(backend(), random(5, n, 6), 1e-6, (op, y) -> op.add(x, y));
    same(backend(), random(5, n, 6), 1e-6, (op, y) -> op.scale(-1.5f, y));
    same(backend(), random(5, n, 6), 1e-6, (op, y) -> op.addRow(row, y));
    same(backend(), random(5, n, 6), 1e-6, (op, y) -> op.multiply(x, y));
    same(backend(), random(1, n, 6), 1e-5, (op, y) -> op.sumRows(x, y));
    assertThat(backend().sumOfSquares(x))
        .isCloseTo(SCALAR.sumOfSquares(x), within(1e-5 * Math.max(1, n)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 13, 16, 67})
  void rows(int n) {
    Tensor table = random(9, n, 7);
    int[] ids = {3, 8, 3, 0};
    same(backend(), random(4, n, 8), 1e-6, (op, out) -> op.gather(table, ids, out));
    Tensor addends = random(4, n, 9);
    same(backend(), random(9, n, 8), 1e-6, (op, out) -> op.scatterAdd(addends, ids, out));
    int[] places = {3, -1, 8, 0};
    same(backend(), random(9, n, 8), 0, (op, out) -> op.scatter(addends, places, out));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 13, 16, 67})
  void rmsNorm(int n) {
    Tensor x = random(6, n, 10);
    Tensor weight = random(1, n, 11);
    Tensor dOut = random(6, n, 12);
    Tensor inverse = Tensor.zeros(6, 1);
    same(
        backend(), random(6, n, 13), 1e-5, (op, out) -> op.rmsNorm(x, weight, 1e-5f, out, inverse));
    SCALAR.rmsNorm(x, weight, 1e-5f, Tensor.zeros(6, n), inverse);
    same(
        backend(),
        random(6, n, 14),
        1e-4,
        (op, dX) -> op.rmsNormBackward(dOut, x, weight, inverse, dX, null));
    same(
        backend(),
        random(1, n, 15),
        1e-4,
        (op, dW) -> op.rmsNormBackward(dOut, x, weight, inverse, Tensor.zeros(6, n), dW));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 13, 16, 67})
  void swiGlu(int n) {
    Tensor gate = random(5, n, 16);
    Tensor up = random(5, n, 17);
    Tensor dOut = random(5, n, 18);
    same(backend(), random(5, n, 19), 1e-5, (op, out) -> op.swiGlu(gate, up, out));
    same(
        backend(),
        Tensor.zeros(5, n),
        1e-5,
        (op, dGate) -> op.swiGluBackward(dOut, gate, up, dGate, Tensor.zeros(5, n)));
    same(
        backend(),
        Tensor.zeros(5, n),
        1e-5,
        (op, dUp) -> op.swiGluBackward(dOut, gate, up, Tensor.zeros(5, n), dUp));
  }

  @Test
  void rotation() {
    for (int dim : new int[] {4, 12, 32, 40}) {
      double[] frequencies = new double[dim / 2];
      Arrays.setAll(frequencies, i -> 1 / (1.0 + i));
      RotaryTable table = RotaryTable.of(frequencies, 20);
      int[] positions = {0, 7, 19, 3};
      Tensor x = random(4, 3 * dim, 20);
      same(backend(), x, 1e-5, (op, y) -> op.rotate(y, dim, positions, table, false));
      Tensor back = x.copy();
      backend().rotate(back, dim, positions, table, false);
      backend().rotate(back, dim, positions, table, true);
      close(x, back, 1e-5);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 13, 16, 67})
  void argmaxIsTheFirstOfTheLargest(int width) {
    Tensor x = random(5, width, 60);
    x.set(1, width - 1, 9);
    x.set(2, width / 2, 9);
    x.set(2, width - 1, 9);
    x.set(3, 0, Float.NEGATIVE_INFINITY);
    int[] expected = new int[5];
    SCALAR.argmax(x, expected);
    int[] got = new int[5];
    backend().argmax(x, got);
    assertThat(got).isEqualTo(expected);
    assertThat(got[1]).isEqualTo(width - 1);
    assertThat(got[2]).isEqualTo(width / 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 13, 16, 67})
  void softmaxAndItsGradient(int width) {
    int n = 3000 + width;
    int[] targets = {0, n - 1, 17, 5};
    Tensor logits = random(4, n, 25);
    TokenStats want = TokenStats.zeros(6);
    TokenStats have = TokenStats.zeros(6);
    Tensor expected = logits.copy();
    Tensor got = logits.copy();
    SCALAR.softmax(expected, targets, want, 1);
    backend().softmax(got, targets, have, 1);
    close(expected, got, 1e-6);
    assertThat(have.logProbs()).containsExactly(want.logProbs(), within(1e-5));
    assertThat(have.entropies()).containsExactly(want.entropies(), within(1e-5));
    assertThat(have.logSumSquares()).containsExactly(want.logSumSquares(), within(1e-5));
    assertThat(have.meanLogits()).containsExactly(want.meanLogits(), within(1e-5));
    assertThat(have.correct()).containsExactly(want.correct(), within(0.0));
    double[] coefficients = {9, 0.5, -2, 0, 1};
    same(backend(), expected, 1e-6, (op, p) -> op.logProbGradient(p, targets, coefficients, 1));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 13, 16, 67})
  void adamW(int n) {
    AdamStep step = new AdamStep(0.01, 0.9, 0.999, 1e-8, 0.1, 3);
    Tensor gradient = random(5, n, 26);
    Tensor first = random(5, n, 27);
    Tensor second = random(5, n, 28).copy();
    for (int r = 0; r < 5; r++) {
      for (int j = 0; j < n; j++) {
        second.set(r, j, Math.abs(second.get(r, j)));
      }
    }
    same(
        backend(),
        random(5, n, 29),
        1e-5,
        (op, w) -> op.adamW(w, gradient, first.copy(), second.copy(), step));
    same(
        backend(),
        first,
        1e-6,
        (op, m) -> op.adamW(random(5, n, 29), gradient, m, second.copy(), step));
  }
}
