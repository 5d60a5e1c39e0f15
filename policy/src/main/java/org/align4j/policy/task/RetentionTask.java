package org.align4j.policy.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import org.align4j.core.distillation.VocabularyDivergence;
import org.align4j.core.metric.MetricSums;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.DistributionLearner;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.NextTokenLogits;
import org.align4j.policy.model.StateDistribution;
import org.align4j.policy.model.Trainable;
import org.align4j.policy.text.TokenBatch;

/**
 * Holds a model to the next-token distributions of a reference after given prompts (learning
 * without forgetting, Li and Hoiem 2016, arXiv 1606.09282): weight · mean of the divergence over
 * the step's distributions. A prompt costs one pass over its own tokens; the reference costs none,
 * because its logits are recomputed from kept states, chunk by chunk.
 */
public final class RetentionTask implements TrainingTask<RetainedPrompt> {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final DistributionLearner model;
  private final StateDistribution reference;
  private final VocabularyDivergence divergence;
  private final double weight;

  /**
   * Prepares steps.
   *
   * @param model what is trained
   * @param reference what {@link RetainedPrompts} ran; its head must not be trained
   * @param divergence the reference is its teacher
   * @param weight of the mean in the loss
   */
  public RetentionTask(
      DistributionLearner model,
      StateDistribution reference,
      VocabularyDivergence divergence,
      double weight) {
    this.model = model;
    this.reference = reference;
    this.divergence = divergence;
    this.weight = weight;
  }

  @Override
  public Trainable model() {
    return model;
  }

  @Override
  public int tokens(RetainedPrompt row) {
    return row.tokens();
  }

  @Override
  public double run(
      List<RetainedPrompt> micro, List<RetainedPrompt> step, boolean train, MetricSums metrics) {
    TokenBatch batch =
        RetainedPrompt.batch(
            micro.stream().map(RetainedPrompt::prompt).toList(),
            micro.stream().map(RetainedPrompt::answer).toList());
    long positions = step.stream().mapToLong(RetainedPrompt::positions).sum();
    double share = weight / positions;
    double[] values;
    try (NextTokenLogits before = reference.logits(states(micro), batch.targets())) {
      values =
          train
              ? model.learnDivergence(batch, before, divergence, share)
              : model.divergence(batch, Mode.EVALUATE, before, divergence);
    }
    double sum = Arrays.stream(values).sum();
    metrics.add("retention/kl", sum / values.length, values.length);
    metrics.add("retention/weight", weight, values.length);
    return share * sum;
  }

  private static Tensor states(List<RetainedPrompt> micro) {
    int rows = micro.stream().mapToInt(RetainedPrompt::positions).sum();
    Tensor out = Tensor.zeros(rows, micro.get(0).states()[0].length);
    int next = 0;
    for (RetainedPrompt row : micro) {
      for (float[] state : row.states()) {
        out.writeRow(next++, state, 0);
      }
    }
    return out;
  }

  @Override
  public JsonNode describe(RetainedPrompt row) {
    ObjectNode node = JSON.createObjectNode();
    node.put("source", row.source());
    node.set("prompt", JSON.valueToTree(row.prompt()));
    node.set("answer", JSON.valueToTree(row.answer()));
    return node;
  }
}
