package org.align4j.reward;

import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.align4j.core.reward.RewardFunction;
import org.align4j.core.reward.WeightedReward;
import org.align4j.core.tck.RewardContract;
import org.align4j.reward.teacher.RefusalAgreement;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Rules, compositions of them, and what follows a teacher. */
@ParameterizedClass
@MethodSource("rewards")
class RewardsContractTest extends RewardContract {
  private final RewardFunction reward;

  RewardsContractTest(RewardFunction reward) {
    this.reward = reward;
  }

  static Stream<Named<RewardFunction>> rewards() {
    RewardFunction length = Rewards.length(10);
    RewardFunction matches = Rewards.matches(Pattern.compile("flour"));
    WeightedReward.Term first = new WeightedReward.Term(0.5, length);
    WeightedReward.Term second = new WeightedReward.Term(2, matches);
    return Stream.of(
        Named.of("length", length),
        Named.of("matches", matches),
        Named.of("format", Rewards.format(Pattern.compile("Hello.*"))),
        Named.of("clipped", length.clip(0.1, 0.5)),
        Named.of("refusal", new RefusalReward(prompt -> prompt.contains("bread"))),
        Named.of("harmful", new HarmfulRefusalReward(prompt -> prompt.contains("bread"))),
        Named.of("refused", Rewards.refused()),
        Named.of("sum", WeightedReward.sum(first, second)),
        Named.of("product", WeightedReward.product(first, second)),
        Named.of(
            "agreement",
            new RefusalAgreement(
                prompts -> prompts.stream().map(prompt -> "Sure: take some flour.").toList())));
  }

  @Override
  protected RewardFunction reward() {
    return reward;
  }
}
