package org.align4j.policy.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.BiConsumer;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Tensor;

/** Compares a backend with the scalar one, which is written to be read. */
final class Oracle {
  /** Sums in double precision, in the order of the formulas. */
  static final Backend SCALAR = Backends.named("scalar");

  private Oracle() {}

  /**
   * Runs an operation that changes its tensor by both backends, each on a copy of the same values.
   *
   * @param tolerance of the larger of 1 and the scalar backend's value
   */
  static void same(
      Backend backend, Tensor initial, double tolerance, BiConsumer<Backend, Tensor> operation) {
    Tensor expected = initial.copy();
    Tensor got = initial.copy();
    operation.accept(SCALAR, expected);
    operation.accept(backend, got);
    close(expected, got, tolerance);
  }

  static void close(Tensor expected, Tensor got, double tolerance) {
    float[] want = expected.toArray();
    float[] have = got.toArray();
    for (int i = 0; i < want.length; i++) {
      double scale = Math.max(1, Math.abs(want[i]));
      assertThat((double) have[i])
          .as("element %d", i)
          .isCloseTo(want[i], within(tolerance * scale));
    }
  }
}
