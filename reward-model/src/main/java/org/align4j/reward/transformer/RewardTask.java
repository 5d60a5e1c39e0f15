package org.align4j.reward.transformer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.objective.BradleyTerryLoss;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.ScalarHeadModel;
import org.align4j.policy.model.Trainable;
import org.align4j.policy.task.TrainingTask;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.align4j.policy.text.TokenizedPair;

/** Training a reward model on preference pairs. */
public final class RewardTask implements TrainingTask<RewardPair> {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ScalarHeadModel model;
  private final BradleyTerryLoss loss;

  /**
   * Trains the model with a pairwise loss.
   *
   * @param model what is trained
   * @param loss on pairs of scores
   */
  public RewardTask(ScalarHeadModel model, BradleyTerryLoss loss) {
    this.model = model;
    this.loss = loss;
  }

  @Override
  public Trainable model() {
    return model;
  }

  @Override
  public int tokens(RewardPair pair) {
    TokenizedPair tokens = pair.tokens();
    return tokens.prompt().length + tokens.chosen().length + tokens.rejected().length;
  }

  @Override
  public int countedTokens(RewardPair pair) {
    return tokens(pair) + pair.tokens().prompt().length;
  }

  @Override
  public double run(
      List<RewardPair> micro, List<RewardPair> step, boolean train, MetricSums metrics) {
    TokenBatch batch =
        TokenBatch.lastTokens(
            micro.stream()
                .map(RewardPair::tokens)
                .map(t -> new PromptCompletions(t.prompt(), List.of(t.chosen(), t.rejected())))
                .toList());
    double[] scores = model.forward(batch, train ? Mode.TRAIN : Mode.EVALUATE);
    double[] chosen = side(scores, 0);
    double[] rejected = side(scores, 1);
    double[] margins = micro.stream().mapToDouble(RewardPair::margin).toArray();
    BradleyTerryLoss.Value value = loss.evaluate(chosen, rejected, margins, step.size());
    if (train) {
      double[] gradient = new double[scores.length];
      for (int i = 0; i < chosen.length; i++) {
        gradient[2 * i] = value.dChosen()[i];
        gradient[2 * i + 1] = value.dRejected()[i];
      }
      model.backward(gradient);
    }
    for (int i = 0; i < chosen.length; i++) {
      metrics.add("accuracy", chosen[i] > rejected[i] ? 1 : 0, 1);
      metrics.add("margin", chosen[i] - rejected[i], 1);
    }
    for (double score : scores) {
      metrics.add("mean_reward", score, 1);
      metrics.min("min_reward", score);
      metrics.max("max_reward", score);
    }
    return value.loss();
  }

  /** Scores alternate chosen, rejected. */
  private static double[] side(double[] scores, int side) {
    double[] out = new double[scores.length / 2];
    for (int i = 0; i < out.length; i++) {
      out[i] = scores[2 * i + side];
    }
    return out;
  }

  @Override
  public JsonNode describe(RewardPair pair) {
    ObjectNode node = JSON.createObjectNode();
    node.put("source", pair.tokens().source());
    node.set("prompt", JSON.valueToTree(pair.tokens().prompt()));
    node.set("chosen", JSON.valueToTree(pair.tokens().chosen()));
    node.set("rejected", JSON.valueToTree(pair.tokens().rejected()));
    node.put("margin", pair.margin());
    return node;
  }
}
