package org.align4j.examples.parity;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.objective.BradleyTerryLoss;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.align4j.policy.text.TokenizedPair;
import org.align4j.reward.TransformerReward;
import org.align4j.reward.transformer.RewardPair;
import org.align4j.reward.transformer.RewardTask;

/** Reward models: their scores, and the first step of training one. */
final class RewardCases {
  private static final double SCORE_TOLERANCE = 1e-4;

  private final Fixtures fixtures;

  RewardCases(Fixtures fixtures) {
    this.fixtures = fixtures;
  }

  CaseResult firstStep(FirstStep step) {
    TransformerReward reward = TransformerReward.load(fixtures.model(step.text("model")));
    reward.base().transformer().trainAllWeights();
    List<RewardPair> pairs = new ArrayList<>();
    for (TokenizedPair pair :
        fixtures.tokenized(reward.base(), step.config().path("rows").asInt())) {
      pairs.add(new RewardPair(pair, 0));
    }
    Comparison comparison = new Comparison();
    scores(reward, pairs, step.node().path("scores"), comparison);
    RewardTask task =
        new RewardTask(
            reward.model(), new BradleyTerryLoss(step.number("center_rewards_coefficient", 0)));
    MetricSums sums = new MetricSums();
    double loss = task.run(pairs, pairs, true, sums);
    Map<String, Double> metrics = sums.means();
    metrics.put("num_tokens", (double) pairs.stream().mapToInt(task::countedTokens).sum());
    return step.compare(loss, metrics, reward.model().parameters(), comparison);
  }

  private static void scores(
      TransformerReward reward, List<RewardPair> pairs, JsonNode expected, Comparison comparison) {
    for (int i = 0; i < pairs.size(); i++) {
      TokenizedPair pair = pairs.get(i).tokens();
      double[] got =
          reward
              .model()
              .forward(
                  TokenBatch.lastTokens(
                      List.of(
                          new PromptCompletions(
                              pair.prompt(), List.of(pair.chosen(), pair.rejected())))),
                  Mode.EVALUATE);
      comparison.absolute(
          "score of chosen " + i,
          expected.path("chosen").path(i).asDouble(),
          got[0],
          SCORE_TOLERANCE);
      comparison.absolute(
          "score of rejected " + i,
          expected.path("rejected").path(i).asDouble(),
          got[1],
          SCORE_TOLERANCE);
    }
  }

  /** A model folder of its own, on the scores of a case that trains it. */
  CaseResult model(String name, String folder) {
    for (String objective : fixtures.objectives()) {
      FirstStep step = new FirstStep(fixtures, objective);
      if (step.text("trainer").equals("reward") && step.text("model").equals(folder)) {
        TransformerReward reward = TransformerReward.load(fixtures.model(folder));
        List<RewardPair> pairs = new ArrayList<>();
        for (TokenizedPair pair :
            fixtures.tokenized(reward.base(), step.config().path("rows").asInt())) {
          pairs.add(new RewardPair(pair, 0));
        }
        Comparison comparison = new Comparison();
        scores(reward, pairs, step.node().path("scores"), comparison);
        return comparison.result(name);
      }
    }
    return CaseResult.notSupported(name, "no expected values");
  }
}
