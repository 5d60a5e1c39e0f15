package org.align4j.core.tck;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class GradientCheckTest {
  private final List<double[]> at = List.of(new double[] {-1, 2}, new double[] {0.5});

  /** Σ x³ over everything. */
  private double cubes() {
    return at.stream().flatMapToDouble(Arrays::stream).map(x -> x * x * x).sum();
  }

  private List<double[]> gradient() {
    return at.stream().map(row -> Arrays.stream(row).map(x -> 3 * x * x).toArray()).toList();
  }

  @Test
  void theGradientOfTheLossPasses() {
    assertThatCode(() -> GradientCheck.check(this::cubes, at, gradient()))
        .doesNotThrowAnyException();
  }

  @Test
  void oneElementThatIsOffByAThousandthFails() {
    List<double[]> wrong = gradient();
    wrong.get(1)[0] *= 1.001;
    assertThatThrownBy(() -> GradientCheck.check(this::cubes, at, wrong))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("gradient of row 1, token 0");
  }

  @Test
  void aMissingRowOrTokenFails() {
    assertThatThrownBy(() -> GradientCheck.check(this::cubes, at, gradient().subList(0, 1)))
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(
            () -> GradientCheck.check(this::cubes, at, List.of(new double[1], new double[1])))
        .isInstanceOf(AssertionError.class);
  }
}
