package org.align4j.policy.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.align4j.core.run.Progress;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Precision;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.onednn.OneDnn;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.Parameter;
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
    return new Generator(model, stops, slots, false)
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

  /** Also where packing rounds: an adapter merged before would be rounded with the weights. */
  @Test
  void trainerRecomputesThemInBfloat16() {
    assumeThat(OneDnn.supports(Precision.BFLOAT16)).as("bfloat16 here").isTrue();
    Backend rounding = Backends.named("vector", Precision.BFLOAT16);
    DecoderTransformer policy = TinyModels.create(rounding, 2);
    policy.addAdapter(LoraConfig.allLinear(4, 8), 1);
    Random random = new Random(3);
    for (Parameter parameter : policy.parameters()) {
      Tensor values = parameter.value();
      for (int r = 0; r < values.rows(); r++) {
        for (int j = 0; j < values.columns(); j++) {
          values.set(r, j, (float) random.nextGaussian() / 10);
        }
      }
    }
    int[] prompt = prompts.get(2);
    SamplingParams params = new SamplingParams(12, 1, 0, 1, 1, 5);
    try (Generator generator = new Generator(policy, Set.of(), 1, true)) {
      Completion completion =
          generator.generate(List.of(prompt), params, Progress.SILENT, "test").get(0);
      TokenBatch batch =
          TokenBatch.of(List.of(new PromptCompletions(prompt, List.of(completion.ids()))));
      assertThat(policy.forward(batch, Mode.EVALUATE).logProbs())
          .containsExactly(completion.logProbs(), within(1e-4));
      assertThat(policy.forward(batch, Mode.REFERENCE).logProbs()[0])
          .isNotCloseTo(completion.logProbs()[0], within(1e-3));
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

  /** Prompts that begin alike share those tokens' keys; each must get what it gets alone. */
  @Test
  void aSharedBeginningDoesNotChangeTheResult() {
    List<int[]> alike = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int[] prompt = Arrays.copyOf(new int[] {3, 1, 4, 1, 5, 9, 2, 6, 5, 3}, 11 + i);
      Arrays.fill(prompt, 10, prompt.length, 7 + i);
      alike.add(prompt);
    }
    assertThat(TokenBatch.sharedPrefix(alike)).isEqualTo(10);
    SamplingParams params = SamplingParams.greedy(9);
    Generator generator = new Generator(model, Set.of(), 2, false);
    List<Completion> together = generator.generate(alike, params, Progress.SILENT, "test");
    for (int i = 0; i < alike.size(); i++) {
      Completion alone =
          generator.generate(List.of(alike.get(i)), params, Progress.SILENT, "test").get(0);
      assertThat(together.get(i).ids()).containsExactly(alone.ids());
      assertThat(together.get(i).logProbs()).containsExactly(alone.logProbs(), within(1e-5));
    }
  }

  /** Completions of one prompt get its keys by copy; each must be what it is without a twin. */
  @Test
  void aRepeatedPromptDoesNotChangeTheResult() {
    List<int[]> repeated = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      repeated.add(prompts.get(i / 3 % prompts.size()));
    }
    SamplingParams params = new SamplingParams(7, 1, 0, 1, 1, 5);
    for (int slots : new int[] {2, 9}) {
      Generator generator = new Generator(model, Set.of(3), slots, false);
      List<Completion> together = generator.generate(repeated, params, Progress.SILENT, "test");
      for (int i = 0; i < repeated.size(); i++) {
        TokenBatch batch =
            TokenBatch.of(
                List.of(new PromptCompletions(repeated.get(i), List.of(together.get(i).ids()))));
        assertThat(together.get(i).logProbs())
            .containsExactly(model.forward(batch, Mode.EVALUATE).logProbs(), within(1e-4));
      }
      assertThat(together.get(0).ids()).isNotEqualTo(together.get(1).ids());
    }
  }

  /** Decoding merges the adapter into packed weights; the trainer keeps it apart. */
  @Test
  void trainerRecomputesTheLogProbsOfAnAdaptedModel() {
    model.addAdapter(LoraConfig.allLinear(4, 8), 3);
    Random random = new Random(11);
    model.parameters().forEach(parameter -> fill(parameter.value(), random));
    Generator adapted = new Generator(model, Set.of(), 3, true);
    Generator base = new Generator(model, Set.of(), 3, false);
    SamplingParams params = new SamplingParams(12, 1, 0, 1, 1, 5);
    Completion completion = adapted.generate(prompts, params, Progress.SILENT, "test").get(0);
    TokenBatch batch =
        TokenBatch.of(List.of(new PromptCompletions(prompts.get(0), List.of(completion.ids()))));
    assertThat(model.forward(batch, Mode.EVALUATE).logProbs())
        .containsExactly(completion.logProbs(), within(1e-4));
    Completion unadapted = base.generate(prompts, params, Progress.SILENT, "test").get(0);
    assertThat(unadapted.logProbs()).isNotEqualTo(completion.logProbs());
  }

  private static void fill(Tensor tensor, Random random) {
    for (int r = 0; r < tensor.rows(); r++) {
      for (int j = 0; j < tensor.columns(); j++) {
        tensor.set(r, j, (float) (0.3 * random.nextGaussian()));
      }
    }
  }

  @Test
  void stopTokenEndsACompletionAndStaysInIt() {
    int stop = generate(SamplingParams.greedy(6), 1, Set.of()).get(0).ids()[2];
    Completion completion = generate(SamplingParams.greedy(6), 2, Set.of(stop)).get(0);
    assertThat(completion.finishReason()).isEqualTo(FinishReason.STOP);
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
