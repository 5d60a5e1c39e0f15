package org.align4j.policy.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.NextTokenLogits;
import org.align4j.policy.model.StateDistribution;
import org.align4j.policy.text.TokenBatch;
import org.align4j.policy.text.TokenizedPrompt;

/** Runs a reference over prompts before training and keeps what {@link RetentionTask} needs. */
public final class RetainedPrompts {
  private static final int LOGIT_ROWS = 16;

  private final StateDistribution reference;
  private final Mode mode;
  private final int microBatchTokens;

  /**
   * Prepares passes.
   *
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
   * @param positions distributions of a prompt, &ge; 1: after the prompt, and after the first
   *     tokens of the reference's greedy answer; fewer where that one ends before
   * @param stopTokens what ends an answer
   */
  public List<RetainedPrompt> compute(
      List<TokenizedPrompt> prompts, int positions, Set<Integer> stopTokens) {
    List<Row> rows = prompts.stream().map(Row::new).toList();
    for (int known = 0; known < positions - 1; known++) {
      int length = known;
      List<Row> open = rows.stream().filter(row -> row.answer.length == length).toList();
      for (List<Row> micro : MicroBatches.cut(open, Row::tokens, microBatchTokens)) {
        extend(micro, stopTokens);
      }
    }
    List<RetainedPrompt> out = new ArrayList<>(rows.size());
    for (List<Row> micro : MicroBatches.cut(rows, Row::tokens, microBatchTokens)) {
      TokenBatch batch = batch(micro);
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

  /** Appends the likeliest next token, unless it ends the answer. */
  private void extend(List<Row> micro, Set<Integer> stopTokens) {
    TokenBatch batch = batch(micro);
    Tensor states = reference.hiddenStates(batch, mode);
    Tensor last = Tensor.zeros(micro.size(), states.columns());
    for (int i = 0; i < micro.size(); i++) {
      last.copyRow(i, states, batch.offsets()[i + 1] - 1, 0);
    }
    int[] likeliest;
    try (NextTokenLogits logits = reference.logits(last, new int[micro.size()])) {
      likeliest = argmax(logits);
    }
    for (int i = 0; i < likeliest.length; i++) {
      if (!stopTokens.contains(likeliest[i])) {
        Row row = micro.get(i);
        row.answer = Arrays.copyOf(row.answer, row.answer.length + 1);
        row.answer[row.answer.length - 1] = likeliest[i];
      }
    }
  }

  private static int[] argmax(NextTokenLogits logits) {
    int[] out = new int[logits.targets().length];
    float[] row = new float[logits.vocabulary()];
    try (Tensor block = Tensor.zeros(LOGIT_ROWS, row.length)) {
      for (int from = 0; from < out.length; from += LOGIT_ROWS) {
        int count = Math.min(LOGIT_ROWS, out.length - from);
        logits.read(from, block.rows(0, count));
        for (int r = 0; r < count; r++) {
          block.readRow(r, row, 0);
          for (int v = 1; v < row.length; v++) {
            out[from + r] = row[v] > row[out[from + r]] ? v : out[from + r];
          }
        }
      }
    }
    return out;
  }

  private static TokenBatch batch(List<Row> rows) {
    return RetainedPrompt.batch(
        rows.stream().map(row -> row.prompt.ids()).toList(),
        rows.stream().map(row -> row.answer).toList());
  }

  /** A prompt with the answer so far. */
  private static final class Row {
    private final TokenizedPrompt prompt;
    private int[] answer = new int[0];

    Row(TokenizedPrompt prompt) {
      this.prompt = prompt;
    }

    int tokens() {
      return prompt.ids().length + answer.length;
    }
  }
}
