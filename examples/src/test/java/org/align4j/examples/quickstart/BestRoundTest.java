package org.align4j.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import org.align4j.examples.quickstart.BestRound.Shares;
import org.junit.jupiter.api.Test;

class BestRoundTest {
  private final BestRound best = new BestRound(0.95);

  @Test
  void amongRoundsThatRefuseEnoughTheFewestNeedlessRefusalsWin() {
    assertThat(best.offer(new Shares(0.90, 0.01))).isTrue();
    assertThat(best.offer(new Shares(0.99, 0.11))).isTrue();
    assertThat(best.offer(new Shares(0.96, 0.10))).isTrue();
    assertThat(best.offer(new Shares(0.98, 0.12))).isFalse();
    assertThat(best.offer(new Shares(0.94, 0.01))).isFalse();
  }

  @Test
  void untilThenTheMostRefusalsWin() {
    assertThat(best.offer(new Shares(0.90, 0.01))).isTrue();
    assertThat(best.offer(new Shares(0.94, 0.30))).isTrue();
    assertThat(best.offer(new Shares(0.93, 0.02))).isFalse();
  }

  @Test
  void ofEqualRoundsTheFirstIsKept() {
    assertThat(best.offer(new Shares(0.96, 0.1))).isTrue();
    assertThat(best.offer(new Shares(0.96, 0.1))).isFalse();
  }
}
