package org.align4j.policy.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.align4j.core.run.Progress;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.TinyModels;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.junit.jupiter.api.Test;

class GeneratorTest {
  private static final Backend BACKEND = Backends.defaultBackend();
  private final DecoderTransformer model = TinyModels.create(BACKEND, 2);
  private final List<int[]> prompts =
      List.of(
          new int[] {1, 2, 3},
          new int[] {4},
          new int[] {5, 6, 7, 8, 9},
          new int[] {10, 11},
          new int[] {12, 13, 14});

  private List<Completion> generate(SamplingParams params, int slots, Set<Integer> stops) {
    return new Generator(model, BACKEND, stops, slots, false)
        .generate(prompts, params, Progress.SILENT, "test");
  }

  /** FIELD row 8: the trainer recomputes the sampler's log-probs within 1e-4. */
  @Test
  void trainerRecomputesTheSamplersLogProbs() {
    SamplingParams params = new SamplingParams(12, 1, 0, 1, 1, 5);
    List<Completion> completions = generate(params, 2, Set.of());
    for (int i = 0; i < prompts.size(); i++) {
      Completion completion = completions.get(i);
      TokenBatch batch =
          TokenBatch.of(List.of(new PromptCompletions(prompts.get(i), List.of(completion.ids()))));
      assertThat(model.forward(batch, Mode.EVALUATE).logProbs())
          .containsExactly(completion.logProbs(), within(1e-4));
    }
  }

  @Test
  void greedyTakesTheLikeliestTokenEachTime() {
    Completion completion = generate(SamplingParams.greedy(6), 3, Set.of()).get(2);
    int[] sequence = prompts.get(2);
    for (int token : completion.ids()) {
      assertThat(token).isEqualTo(likeliest(sequence));
      sequence = Arrays.copyOf(sequence, sequence.length + 1);
      sequence[sequence.length - 1] = token;
    }
  }

  private int likeliest(int[] prompt) {
    int best = 0;
    double bestLogProb = Double.NEGATIVE_INFINITY;
    for (int v = 0; v < model.config().vocabulary(); v++) {
      TokenBatch batch =
          TokenBatch.of(List.of(new PromptCompletions(prompt, List.of(new int[] {v}))));
      double logProb = model.forward(batch, Mode.EVALUATE).logProbs()[0];
      if (logProb > bestLogProb) {
        best = v;
        bestLogProb = logProb;
      }
    }
    return best;
  }

  @Test
  void batchSizeDoesNotChangeTheResult() {
    SamplingParams params = new SamplingParams(10, 0.8, 5, 0.9, 1.1, 7);
    List<Completion> one = generate(params, 1, Set.of(3));
    List<Completion> many = generate(params, 4, Set.of(3));
    for (int i = 0; i < one.size(); i++) {
      assertThat(many.get(i).ids()).containsExactly(one.get(i).ids());
    }
    assertThat(generate(new SamplingParams(10, 0.8, 5, 0.9, 1.1, 8), 1, Set.of()).get(0).ids())
        .isNotEqualTo(one.get(0).ids());
  }

  @Test
  void stopTokenEndsACompletionAndStaysInIt() {
    int stop = generate(SamplingParams.greedy(6), 1, Set.of()).get(0).ids()[2];
    Completion completion = generate(SamplingParams.greedy(6), 2, Set.of(stop)).get(0);
    assertThat(completion.finishReason()).isEqualTo("stop");
    assertThat(completion.ids()).endsWith(stop).hasSizeLessThanOrEqualTo(3);
  }

  @Test
  void topKOfOneIsGreedy() {
    List<Completion> greedy = generate(SamplingParams.greedy(8), 2, Set.of());
    List<Completion> narrow = generate(new SamplingParams(8, 1, 1, 1, 1, 3), 2, Set.of());
    for (int i = 0; i < greedy.size(); i++) {
      assertThat(narrow.get(i).ids()).containsExactly(greedy.get(i).ids());
    }
  }

  @Test
  void topPKeepsTheNucleusOnly() {
    float[] probabilities = {0.5f, 0.3f, 0.15f, 0.05f};
    SamplingParams params = new SamplingParams(1, 1, 0, 0.75, 1, 0);
    List<Integer> drawn = new ArrayList<>();
    for (double u = 0; u < 1; u += 0.01) {
      drawn.add(TokenSampler.sample(probabilities, 4, params, u));
    }
    assertThat(drawn).containsOnly(0, 1);
    assertThat(drawn.stream().filter(token -> token == 0).count()).isBetween(61L, 64L);
  }

  @Test
  void impossibleRequestsAreNamed() {
    assertThatThrownBy(() -> generate(SamplingParams.greedy(100), 1, Set.of()))
        .hasMessageContaining("prompt 0 has 3 tokens; with 100 new ones");
    assertThatThrownBy(() -> new SamplingParams(0, 1, 0, 1, 1, 0))
        .hasMessageContaining("max_new_tokens");
    assertThatThrownBy(() -> new SamplingParams(1, 1, 0, 0, 1, 0)).hasMessageContaining("top_p");
  }
}
