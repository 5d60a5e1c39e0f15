package org.align4j.policy.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.align4j.core.distillation.NextTokenLoss;
import org.align4j.core.distillation.SoftTargetLoss;
import org.align4j.core.metric.MetricSums;
import org.align4j.policy.model.DistributionLearner;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.Trainable;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.align4j.policy.text.TokenizedSoftTarget;

/**
 * Training of the probability that an answer begins with one of some tokens: weight · mean of the
 * {@link SoftTargetLoss} over the step's rows. A row costs one pass over its prompt.
 */
public final class SoftTargetTask implements TrainingTask<TokenizedSoftTarget> {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final DistributionLearner model;
  private final SoftTargetLoss loss;
  private final double weight;

  /**
   * Prepares steps.
   *
   * @param model what is trained
   * @param loss of a row's distribution, given its target
   * @param weight of the mean in the loss
   */
  public SoftTargetTask(DistributionLearner model, SoftTargetLoss loss, double weight) {
    this.model = model;
    this.loss = loss;
    this.weight = weight;
  }

  @Override
  public Trainable model() {
    return model;
  }

  @Override
  public int tokens(TokenizedSoftTarget row) {
    return row.prompt().length;
  }

  @Override
  public double run(
      List<TokenizedSoftTarget> micro,
      List<TokenizedSoftTarget> step,
      boolean train,
      MetricSums metrics) {
    // The prompt's last token has to predict something; which token stands there matters to nobody.
    TokenBatch batch =
        TokenBatch.of(
            PromptCompletions.ofPairs(
                micro.stream().map(TokenizedSoftTarget::prompt).toList(),
                Collections.nCopies(micro.size(), new int[1])));
    double[] masses = new double[micro.size()];
    NextTokenLoss rows =
        (row, logits, gradient) -> {
          SoftTargetLoss.Value value = loss.evaluate(micro.get(row).target(), logits, gradient);
          masses[row] = value.mass();
          return value.loss();
        };
    double share = weight / step.size();
    double[] values =
        train ? model.learnLoss(batch, rows, share) : model.loss(batch, Mode.EVALUATE, rows);
    for (int i = 0; i < values.length; i++) {
      metrics.add("soft_target/loss", values[i], 1);
      metrics.add("soft_target/mass", masses[i], 1);
      metrics.add("soft_target/error", Math.abs(masses[i] - micro.get(i).target()), 1);
      metrics.add("soft_target/weight", weight, 1);
    }
    return share * Arrays.stream(values).sum();
  }

  @Override
  public JsonNode describe(TokenizedSoftTarget row) {
    ObjectNode node = JSON.createObjectNode();
    node.put("source", row.source());
    node.set("prompt", JSON.valueToTree(row.prompt()));
    node.put("target", row.target());
    return node;
  }
}
