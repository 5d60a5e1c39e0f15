package org.align4j.core.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class RewardCompositionTest {
  private static final List<String> PROMPTS = List.of("p", "p");
  private static final List<String> COMPLETIONS = List.of("ab", "abcdef");

  private static final RewardFunction LENGTH =
      (prompts, completions) -> completions.stream().mapToDouble(String::length).toArray();

  private static final RewardFunction ONE = (prompts, completions) -> new double[] {1, 1};

  @Test
  void aLambdaIsARewardWithAName() {
    assertThat(LENGTH.name()).isEqualTo("reward");
    assertThat(LENGTH.named("length").name()).isEqualTo("length");
    assertThat(LENGTH.named("length").rewards(PROMPTS, COMPLETIONS)).containsExactly(2, 6);
    assertThatThrownBy(() -> LENGTH.named(" ")).hasMessageContaining("must not be blank");
  }

  @Test
  void sumsKeepTheirPartsApart() {
    ComposedReward sum = LENGTH.named("length").times(0.5).plus(-2, ONE.named("one")).plus(1, ONE);
    assertThat(sum.partNames()).containsExactly("length", "one", "reward");
    assertThat(sum.parts(PROMPTS, COMPLETIONS))
        .containsOnlyKeys("length", "one", "reward")
        .containsEntry("length", new double[] {2, 6})
        .containsEntry("one", new double[] {1, 1});
    assertThat(sum.rewards(PROMPTS, COMPLETIONS)).containsExactly(1 - 2 + 1, 3 - 2 + 1);
  }

  @Test
  void boundsHoldForTheRewardNotForItsParts() {
    ComposedReward clipped = LENGTH.named("length").plus(1, ONE).clip(0, 4);
    assertThat(clipped.rewards(PROMPTS, COMPLETIONS)).containsExactly(3, 4);
    assertThat(clipped.parts(PROMPTS, COMPLETIONS)).containsEntry("length", new double[] {2, 6});
    assertThat(clipped.plus(10, ONE.named("more")).rewards(PROMPTS, COMPLETIONS))
        .containsExactly(13, 14);
    assertThat(LENGTH.clip(3, 5).rewards(PROMPTS, COMPLETIONS)).containsExactly(3, 5);
    assertThatThrownBy(() -> LENGTH.clip(2, 2))
        .hasMessage("bounds must be low < high, got 2.0, 2.0");
  }

  @Test
  void combiningLeavesThePartsAsTheyAre() {
    double[] own = {2, 6};
    RewardFunction cached = (prompts, completions) -> own;
    cached.times(3).rewards(PROMPTS, COMPLETIONS);
    cached.clip(0, 1).rewards(PROMPTS, COMPLETIONS);
    assertThat(own).containsExactly(2, 6);
  }

  @Test
  void aNameMakesOnePartOfAComposedReward() {
    RewardFunction style = LENGTH.named("length").plus(1, ONE).named("style");
    assertThat(style.plus(1, ONE.named("one")).partNames()).containsExactly("style", "one");
  }

  @Test
  void partsOfOneNameAreRefused() {
    assertThatThrownBy(() -> LENGTH.plus(1, ONE))
        .hasMessage(
            "reward names must differ: [reward, reward]; give one another name with named(...)");
    ComposedReward sum = LENGTH.named("a").plus(1, ONE.named("b"));
    assertThatThrownBy(() -> sum.plus(1, ONE.named("b").clip(0, 2)))
        .hasMessageContaining("[a, b, b]");
    assertThatThrownBy(() -> LENGTH.times(Double.NaN))
        .hasMessageContaining("must be finite, got NaN");
  }

  @Test
  void productsNeedAllParts() {
    WeightedReward product =
        WeightedReward.product(
            new WeightedReward.Term(
                0.5, ((RewardFunction) (p, c) -> new double[] {0.25}).named("a")),
            new WeightedReward.Term(1, ((RewardFunction) (p, c) -> new double[] {3}).named("b")));
    assertThat(product.rewards(List.of("p"), List.of("c"))).containsExactly(1.5);
    WeightedReward negative =
        WeightedReward.product(
            new WeightedReward.Term(1, ((RewardFunction) (p, c) -> new double[] {-1}).named("a")));
    assertThatThrownBy(() -> negative.rewards(List.of("p"), List.of("c")))
        .hasMessage("reward \"a\" is -1.0 for completion 0; a product needs rewards of at least 0");
  }

  @Test
  void brokenPartsAreNamed() {
    RewardFunction nan = (prompts, completions) -> new double[] {1, Double.NaN};
    assertThatThrownBy(() -> nan.named("odd").times(1).rewards(PROMPTS, COMPLETIONS))
        .hasMessage("reward \"odd\" is NaN for completion 1");
    assertThatThrownBy(() -> ONE.named("short").times(1).rewards(List.of("p"), List.of("c")))
        .hasMessage("reward \"short\" returned 2 values for 1 completions");
  }
}
