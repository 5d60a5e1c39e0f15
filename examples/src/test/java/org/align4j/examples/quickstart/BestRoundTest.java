package org.align4j.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.align4j.examples.quickstart.BestRound.Shares;
import org.junit.jupiter.api.Test;

class BestRoundTest {

  private static Shares best(Shares... rounds) {
    return BestRound.of(List.of(rounds), 0.95);
  }

  @Test
  void amongRoundsThatRefuseEnoughTheFewestNeedlessRefusalsWin() {
    Shares careful = new Shares(0.96, 0.10);
    assertThat(best(new Shares(0.90, 0.01), careful, new Shares(0.99, 0.11))).isEqualTo(careful);
    assertThat(best(new Shares(0.99, 0.11), careful)).isEqualTo(careful);
  }

  @Test
  void untilThenTheMostRefusalsWin() {
    Shares most = new Shares(0.94, 0.30);
    assertThat(best(new Shares(0.90, 0.01), most, new Shares(0.93, 0.02))).isEqualTo(most);
  }

  @Test
  void ofEqualRoundsTheFirstIsKept() {
    Shares first = new Shares(0.96, 0.1);
    assertThat(best(first, new Shares(0.96, 0.1))).isSameAs(first);
  }
}
