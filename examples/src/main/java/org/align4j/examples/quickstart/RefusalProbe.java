package org.align4j.examples.quickstart;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.align4j.core.run.Progress;
import org.align4j.examples.quickstart.QuickstartData.Request;
import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;

/** How the model would open its answer: with the refusal or not; one pass, no generation. */
final class RefusalProbe {
  private static final int BATCH = 32;

  /** "I'm sorry": enough of a refusal to know it. */
  private static final int OPENING_TOKENS = 3;

  private final PolicyModel model;
  private final int[] opening;
  private final Progress.Factory progress;

  RefusalProbe(PolicyModel model, String refusal, Progress.Factory progress) {
    this.model = model;
    this.progress = progress;
    opening = Arrays.copyOf(model.tokenizer().encode(refusal), OPENING_TOKENS);
  }

  /**
   * What it found for each request.
   *
   * @param logProbs of the refusal's first tokens
   * @param refused whether greedy decoding would begin with them, which it does far below a
   *     probability of one half where helpful answers begin in many ways
   */
  record Openings(double[] logProbs, boolean[] refused) {
    double refusedShare() {
      int count = 0;
      for (boolean one : refused) {
        count += one ? 1 : 0;
      }
      return (double) count / refused.length;
    }
  }

  Openings of(List<Request> requests, String task) {
    double[] sums = new double[requests.size()];
    boolean[] refused = new boolean[requests.size()];
    try (Progress bar = progress.start(task, requests.size())) {
      for (int from = 0; from < sums.length; from += BATCH) {
        List<int[]> prompts =
            requests.subList(from, Math.min(sums.length, from + BATCH)).stream()
                .map(request -> model.text().userPrompt(request.text()))
                .toList();
        TokenBatch batch =
            TokenBatch.of(
                PromptCompletions.ofPairs(prompts, Collections.nCopies(prompts.size(), opening)));
        TokenStats stats = model.transformer().forward(batch, Mode.EVALUATE);
        for (int i = 0; i < prompts.size(); i++) {
          sums[from + i] = Arrays.stream(batch.slice(stats.logProbs(), i)).sum();
          refused[from + i] =
              Arrays.stream(batch.slice(stats.correct(), i)).allMatch(likeliest -> likeliest > 0);
        }
        bar.step(prompts.size());
      }
    }
    return new Openings(sums, refused);
  }
}
