package org.align4j.policy.backend.internal.vector;

import static org.align4j.policy.tck.StridedTensors.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.function.Function;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.PackedMatrix;
import org.align4j.policy.backend.Precision;
import org.align4j.policy.backend.QuantizedWeight;
import org.align4j.policy.backend.RandomQuantized;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.Threads;
import org.align4j.policy.backend.internal.onednn.OneDnn;
import org.align4j.policy.backend.internal.onednn.OneDnnMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every kind of packed weight against sums in double, at sizes around the kernels' tiles and
 * blocks. What a backend uses depends on the processor; here each is called for itself.
 */
class PackedMatrixTest {
  private static final int[] ROWS = {0, 1, 2, 3, 5, 7, 8, 16, 17, 48, 130, 433};
  private static final int[] INPUTS = {8, 45, 64, 576};
  private static final int[] OUTPUTS = {1, 31, 48, 64, 100, 128, 203};

  /** Differences as shares of the sum of magnitudes, which rounding is proportional to. */
  private static void check(
      Function<Tensor, PackedMatrix> packer, boolean transposed, double tolerance) {
    for (int inputs : INPUTS) {
      for (int outputs : OUTPUTS) {
        Tensor weight =
            transposed ? random(inputs, outputs, inputs) : random(outputs, inputs, inputs);
        try (PackedMatrix packed = packer.apply(weight)) {
          check(packed, weight, transposed, tolerance);
        }
      }
    }
  }

  private static void check(
      PackedMatrix packed, Tensor weight, boolean transposed, double tolerance) {
    int inputs = transposed ? weight.rows() : weight.columns();
    int outputs = transposed ? weight.columns() : weight.rows();
    for (int rows : ROWS) {
      Tensor x = random(rows, inputs, rows);
      Tensor out = random(rows, outputs, 3);
      packed.multiply(x, out);
      for (int i = 0; i < rows; i += 1 + rows / 9) {
        for (int j = 0; j < outputs; j++) {
          double sum = 0;
          double magnitude = 0;
          for (int k = 0; k < inputs; k++) {
            double term = (double) x.get(i, k) * (transposed ? weight.get(k, j) : weight.get(j, k));
            sum += term;
            magnitude += Math.abs(term);
          }
          assertThat((double) out.get(i, j))
              .as("%d x %d x %d at (%d, %d)", rows, inputs, outputs, i, j)
              .isCloseTo(sum, within(tolerance * magnitude));
        }
      }
    }
  }

  /** Two roundings to 8 significant bits, each off by at most 2^-8. */
  private static double tolerance(Precision precision) {
    return precision == Precision.FLOAT32 ? 1e-6 : 1.0 / 127;
  }

  @Test
  void panels() {
    check(weight -> new PanelProduct(FloatPanels.of(weight)), false, 1e-6);
    check(weight -> new PanelProduct(FloatPanels.ofTransposed(weight)), true, 1e-6);
  }

  @Test
  void panelsInBfloat16() {
    double tolerance = tolerance(Precision.BFLOAT16);
    check(weight -> new PanelProduct(BFloat16Panels.of(weight)), false, tolerance);
    check(weight -> new PanelProduct(BFloat16Panels.ofTransposed(weight)), true, tolerance);
  }

  /** Inputs of more than one block of the panels, for which sums go on where they stood. */
  @Test
  void panelsWithManyInputs() {
    Tensor weight = random(40, 1581, 4);
    check(new PanelProduct(FloatPanels.of(weight)), weight, false, 1e-6);
    check(
        new PanelProduct(BFloat16Panels.of(weight)), weight, false, tolerance(Precision.BFLOAT16));
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void oneDnn(Precision precision) {
    assumeThat(OneDnn.supports(precision)).as("oneDNN computes %s here", precision).isTrue();
    double tolerance = tolerance(precision);
    check(weight -> OneDnnMatrix.of(precision, weight), false, tolerance);
    check(weight -> OneDnnMatrix.ofTransposed(precision, weight), true, tolerance);
  }

  /** So many blocks that a thread's share is cut, and one that is left over. */
  @ParameterizedTest
  @EnumSource(Precision.class)
  void oneDnnWithManyOutputs(Precision precision) {
    assumeThat(OneDnn.supports(precision)).as("oneDNN computes %s here", precision).isTrue();
    Tensor weight = random(64 * 64 * Threads.COUNT + 10, 40, 5);
    try (PackedMatrix packed = OneDnnMatrix.of(precision, weight)) {
      check(packed, weight, false, tolerance(precision));
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void singleRows(Precision precision) {
    check(weight -> new SingleRowMatrix(precision, weight), false, tolerance(precision));
  }

  @ParameterizedTest
  @CsvSource({"4, 16", "4, 32", "8, 16", "8, 32"})
  void quantized(int bits, int run) {
    for (int inputs : new int[] {32, 64, 576}) {
      for (int outputs : OUTPUTS) {
        QuantizedWeight weight = RandomQuantized.of(outputs, inputs, bits, run);
        check(new QuantizedPanels(weight), RandomQuantized.values(weight), false, 2e-6);
      }
    }
    QuantizedWeight deep = RandomQuantized.of(70, 7 * Panels.EXPANDED + 64, bits, run);
    check(new QuantizedPanels(deep), RandomQuantized.values(deep), false, 2e-6);
  }

  @Test
  void wrongShapesAreNamed() {
    assumeThat(OneDnn.supports(Precision.FLOAT32)).isTrue();
    try (PackedMatrix packed = OneDnnMatrix.of(Precision.FLOAT32, Tensor.zeros(5, 4))) {
      assertThatThrownBy(() -> packed.multiply(Tensor.zeros(2, 3), Tensor.zeros(2, 5)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("packed product: x is [2, 3], W is [5, 4], out is [2, 5]");
    }
  }

  @Test
  void othersHaveOnlyFloat32() {
    assertThatThrownBy(() -> Backends.named("scalar", Precision.BFLOAT16))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("backend \"scalar\" has no dtype bfloat16; \"vector\" has");
    assertThatThrownBy(() -> Precision.of("fp16"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("dtype is \"fp16\"; expected one of [float32, bfloat16]");
  }
}
