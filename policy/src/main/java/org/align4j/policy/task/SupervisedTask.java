package org.align4j.policy.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.objective.SftLoss;
import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.model.LanguageModel;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.align4j.policy.text.TokenizedDemonstration;

/** Supervised fine-tuning on completions. */
public final class SupervisedTask implements TrainingTask<TokenizedDemonstration> {
  private final LanguageModel model;
  private final SftLoss loss;

  /**
   * Trains the model with a supervised loss.
   *
   * @param model what is trained
   * @param loss on the completions' tokens
   */
  public SupervisedTask(LanguageModel model, SftLoss loss) {
    this.model = model;
    this.loss = loss;
  }

  @Override
  public LanguageModel model() {
    return model;
  }

  @Override
  public int tokens(TokenizedDemonstration example) {
    return example.tokens();
  }

  @Override
  public double run(
      List<TokenizedDemonstration> micro,
      List<TokenizedDemonstration> step,
      boolean train,
      MetricSums metrics) {
    TokenBatch batch =
        TokenBatch.of(
            PromptCompletions.ofPairs(
                micro.stream().map(TokenizedDemonstration::prompt).toList(),
                micro.stream().map(TokenizedDemonstration::completion).toList()));
    TokenStats stats = model.forward(batch, train ? Mode.TRAIN : Mode.EVALUATE);
    long stepTokens = step.stream().mapToLong(example -> example.completion().length).sum();
    SftLoss.Value value = loss.evaluate(batch.slices(stats.logProbs()), stepTokens);
    if (train) {
      model.backward(batch.flat(value.dLogProbs()));
    }
    for (int t = 0; t < batch.targets().length; t++) {
      metrics.add("entropy", stats.entropies()[t], 1);
      metrics.add("mean_token_accuracy", stats.correct()[t], 1);
    }
    return value.loss();
  }

  @Override
  public JsonNode describe(TokenizedDemonstration example) {
    return example.toJson();
  }
}
