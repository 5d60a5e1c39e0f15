package org.align4j.core.advantage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdvantageTest {
  @Test
  void gaeByHand() {
    Gae.Result result =
        new Gae(0.9, 0.5).estimate(List.of(new double[] {1, 2}), List.of(new double[] {0.5, 1}));
    // δ = 1 + 0.9·1 - 0.5 = 1.4 and 2 - 1 = 1; A = 1.4 + 0.45·1 and 1.
    assertThat(result.advantages().get(0)).containsExactly(new double[] {1.85, 1}, within(1e-12));
    assertThat(result.returns().get(0)).containsExactly(new double[] {2.35, 2}, within(1e-12));
  }

  @Test
  void lambdaOneIsReturnsLessValues() {
    List<double[]> rewards = List.of(new double[] {1, -2, 3});
    List<double[]> values = List.of(new double[] {0.3, 0.1, -0.4});
    double[] advantages = new Gae(0.8, 1).estimate(rewards, values).advantages().get(0);
    double[] returns = Gae.returns(rewards, 0.8).get(0);
    for (int t = 0; t < 3; t++) {
      assertThat(advantages[t]).isCloseTo(returns[t] - values.get(0)[t], within(1e-12));
    }
  }

  @Test
  void groupsByHand() {
    GroupBaseline groups = new GroupBaseline(2);
    double[] rewards = {1, 3, 5, 5};
    assertThat(groups.normalized(rewards, GroupBaseline.Scale.NONE)).containsExactly(-1, 1, 0, 0);
    double unit = 1 / (Math.sqrt(2) + 1e-4);
    assertThat(groups.normalized(rewards, GroupBaseline.Scale.GROUP))
        .containsExactly(new double[] {-unit, unit, 0, 0}, within(1e-12));
    assertThat(groups.leaveOneOut(rewards)).containsExactly(-2, 2, 0, 0);
    assertThat(groups.degenerateShare(rewards)).isEqualTo(0.5);
    assertThatThrownBy(() -> groups.leaveOneOut(new double[3]))
        .hasMessageContaining("3 rewards are no whole number of groups of 2");
  }

  @Test
  void whiteningCountsTokensNotRows() {
    List<double[]> white = Whitening.of(List.of(new double[] {1, 2, 3}, new double[] {6}), true);
    double[] all = white.stream().flatMapToDouble(Arrays::stream).toArray();
    assertThat(Arrays.stream(all).sum()).isCloseTo(0, within(1e-12));
    assertThat(Arrays.stream(all).map(x -> x * x).sum()).isCloseTo(4, within(1e-12));
  }

  /** Its own mean taken off, a completion alone would have no advantage, whatever its reward. */
  @Test
  void aGroupOfOneHasNoBaseline() {
    GroupBaseline alone = new GroupBaseline(1);
    double[] rewards = {1, 2};
    assertThatThrownBy(() -> alone.normalized(rewards, GroupBaseline.Scale.GROUP))
        .hasMessageContaining("raise num_generations");
    assertThatThrownBy(() -> alone.leaveOneOut(rewards))
        .hasMessageContaining("raise num_generations");
  }
}
