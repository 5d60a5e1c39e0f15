package org.align4j.policy.task;

import java.util.ArrayList;
import java.util.List;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.StateDistribution;
import org.align4j.policy.text.TokenBatch;
import org.align4j.policy.text.TokenizedPrompt;

/** Runs a reference over prompts before training and keeps what {@link RetentionTask} needs. */
public final class RetainedPrompts {
  private final StateDistribution reference;
  private final Mode mode;
  private final int microBatchTokens;

  /**
   * Prepares passes.
   *
   * @param reference what the policy is held to
   * @param mode {@link Mode#REFERENCE} of the policy itself, or {@link Mode#EVALUATE} of a frozen
   *     copy
   * @param microBatchTokens most tokens that go through the network at once
   */
  public RetainedPrompts(StateDistribution reference, Mode mode, int microBatchTokens) {
    this.reference = reference;
    this.mode = mode;
    this.microBatchTokens = microBatchTokens;
  }

  /**
   * The prompts with their states.
   *
   * @param prompts ids of user messages
   * @param answers of the reference, one a prompt: there is a distribution after the prompt and one
   *     after each token of the answer; may be empty
   * @return a row a prompt, in order
   */
  public List<RetainedPrompt> compute(List<TokenizedPrompt> prompts, List<int[]> answers) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < prompts.size(); i++) {
      rows.add(new Row(prompts.get(i), answers.get(i)));
    }
    List<RetainedPrompt> out = new ArrayList<>(rows.size());
    for (List<Row> micro : MicroBatches.cut(rows, Row::tokens, microBatchTokens)) {
      TokenBatch batch =
          RetainedPrompt.batch(
              micro.stream().map(row -> row.prompt.ids()).toList(),
              micro.stream().map(Row::answer).toList());
      Tensor states = reference.hiddenStates(batch, mode);
      for (int i = 0; i < micro.size(); i++) {
        Row row = micro.get(i);
        float[][] kept = new float[row.answer.length + 1][states.columns()];
        for (int t = 0; t < kept.length; t++) {
          states.readRow(batch.offsets()[i] + t, kept[t], 0);
        }
        out.add(new RetainedPrompt(row.prompt.source(), row.prompt.ids(), row.answer, kept));
      }
    }
    return out;
  }

  private record Row(TokenizedPrompt prompt, int[] answer) {
    int tokens() {
      return prompt.ids().length + answer.length;
    }
  }
}
