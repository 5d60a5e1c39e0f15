package org.align4j.core.refusal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import org.junit.jupiter.api.Test;

class McNemarTest {

  /** min(1, 2 · Σ C(n, i) / 2^n) over i up to the smaller count, in integers. */
  private static double exact(int gained, int lost) {
    int n = gained + lost;
    BigInteger term = BigInteger.ONE;
    BigInteger sum = BigInteger.ZERO;
    for (int i = 0; i <= Math.min(gained, lost); i++) {
      sum = sum.add(term);
      term = term.multiply(BigInteger.valueOf(n - i)).divide(BigInteger.valueOf(i + 1));
    }
    BigDecimal p =
        new BigDecimal(sum.shiftLeft(1))
            .divide(new BigDecimal(BigInteger.ONE.shiftLeft(n)), MathContext.DECIMAL64);
    return Math.min(1, p.doubleValue());
  }

  @Test
  void everyTableUpToSixtyChangesIsExactInBothOrders() {
    for (int n = 0; n <= 60; n++) {
      for (int gained = 0; gained <= n; gained++) {
        double expected = exact(gained, n - gained);
        assertThat(McNemar.pValue(gained, n - gained))
            .as("%d gained, %d lost", gained, n - gained)
            .isCloseTo(expected, within(1e-12 * expected))
            .isEqualTo(McNemar.pValue(n - gained, gained));
      }
    }
  }

  /** A test that drops terms whose rounded tails differ from their twin's says 0.0414 here. */
  @Test
  void fiveGainedAndFourteenLost() {
    boolean[] before = new boolean[19];
    boolean[] after = new boolean[19];
    for (int i = 0; i < 19; i++) {
      before[i] = i >= 5;
      after[i] = i < 5;
    }
    assertThat(McNemar.pValue(before, after)).isCloseTo(0.0635681, within(1e-7));
    assertThat(McNemar.pValue(after, before)).isCloseTo(0.0635681, within(1e-7));
  }

  @Test
  void largeCountsNeitherOverflowNorLoseTheirTails() {
    assertThat(McNemar.pValue(480, 520)).isCloseTo(exact(480, 520), withinPercentage(1e-9));
    assertThat(McNemar.pValue(5, 995)).isCloseTo(exact(5, 995), withinPercentage(1e-8));
    assertThat(McNemar.pValue(1, 5_000)).isZero();
    assertThat(McNemar.pValue(1_000_000_000, 1_000_000_000)).isEqualTo(1);
    // Four standard deviations, where the normal approximation with continuity is near.
    assertThat(McNemar.pValue(499_998_000, 500_002_000)).isBetween(0.89, 0.91);
    assertThatThrownBy(() -> McNemar.pValue(-1, 2)).hasMessageContaining("-1 and 2");
  }
}
