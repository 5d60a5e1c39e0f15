package org.align4j.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.align4j.core.run.Progress;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.generate.Completion;
import org.align4j.policy.generate.Generator;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.tck.RandomWeights;
import org.align4j.policy.tck.WeightCheck;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Modules of one adapter, and of one fused projection, that differ in rank and scale. */
class PatternedAdapterTest {
  private static final Backend BACKEND = Backends.defaultBackend();
  private static final TokenBatch BATCH =
      TokenBatch.of(
          List.of(
              new PromptCompletions(
                  new int[] {1, 5, 7, 9}, List.of(new int[] {3, 4, 8}, new int[] {11, 2})),
              new PromptCompletions(new int[] {2}, List.of(new int[] {6}))));

  private static LoraConfig config(boolean stabilized) {
    return new LoraConfig(3, 6, 0, Set.copyOf(LoraConfig.ALL_LINEAR), stabilized)
        .withRank("k_proj", 1)
        .withRank("layers.1.self_attn.q_proj", 7)
        .withRank("layers.0.mlp.(up|down)_proj", 5)
        .withAlpha("v_proj", 1)
        .withAlpha("layers.1.mlp.*", 9);
  }

  private static DecoderTransformer adapted(boolean stabilized) {
    DecoderTransformer model = TinyModels.create(BACKEND, 1);
    model.addAdapter(config(stabilized), 5);
    RandomWeights.fill(model.parameters(), 8);
    return model;
  }

  private static Map<String, Tensor> factors(DecoderTransformer model) {
    Map<String, Tensor> out = new HashMap<>();
    model.adapterFactors().forEach(factor -> out.put(factor.name(), factor.value()));
    return out;
  }

  private static double[] logProbs(DecoderTransformer model) {
    return model.forward(BATCH, Mode.EVALUATE).logProbs();
  }

  @Test
  void everyModuleHasItsOwnRank() {
    Map<String, Tensor> factors = factors(adapted(false));
    Map<String, Integer> ranks =
        Map.of(
            "layers.0.self_attn.q_proj", 3,
            "layers.0.self_attn.k_proj", 1,
            "layers.0.self_attn.v_proj", 3,
            "layers.1.self_attn.q_proj", 7,
            "layers.0.mlp.gate_proj", 3,
            "layers.0.mlp.up_proj", 5,
            "layers.0.mlp.down_proj", 5,
            "layers.1.mlp.down_proj", 3);
    ranks.forEach(
        (module, rank) -> {
          String name = "model." + module;
          assertThat(factors.get(name + ".lora_A.weight").rows()).as(name).isEqualTo(rank);
          assertThat(factors.get(name + ".lora_B.weight").columns()).as(name).isEqualTo(rank);
        });
  }

  /** The sums are written out here, as PEFT has them: weight + alpha / r · B · A. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theAdapterIsWhatItsFactorsAndScalesSay(boolean stabilized) {
    DecoderTransformer model = adapted(stabilized);
    double[] adapterOn = logProbs(model);
    DecoderTransformer plain = TinyModels.create(BACKEND, 1);
    Map<String, Tensor> factors = factors(model);
    plain
        .weights()
        .forEach(
            (name, weight) -> {
              String module = name.replace(".weight", "");
              Tensor a = factors.get(module + ".lora_A.weight");
              if (a != null) {
                double alpha = alpha(module);
                double scale = alpha / (stabilized ? Math.sqrt(a.rows()) : a.rows());
                add(scale, factors.get(module + ".lora_B.weight"), a, weight);
              }
            });
    assertThat(adapterOn).containsExactly(logProbs(plain), within(1e-4));
    model.mergeAdapter();
    assertThat(logProbs(model)).containsExactly(adapterOn, within(1e-4));
    model
        .weights()
        .forEach(
            (name, weight) ->
                assertThat(weight.toArray())
                    .as(name)
                    .containsExactly(plain.weights().get(name).toArray(), within(1e-5f)));
  }

  private static double alpha(String module) {
    return module.endsWith("v_proj") ? 1 : module.contains("layers.1.mlp.") ? 9 : 6;
  }

  private static void add(double scale, Tensor b, Tensor a, Tensor weight) {
    for (int i = 0; i < weight.rows(); i++) {
      for (int j = 0; j < weight.columns(); j++) {
        double sum = 0;
        for (int r = 0; r < a.rows(); r++) {
          sum += (double) b.get(i, r) * a.get(r, j);
        }
        weight.set(i, j, (float) (weight.get(i, j) + scale * sum));
      }
    }
  }

  private static double[] coefficients() {
    return new Random(3).doubles(BATCH.targets().length, -1, 1).toArray();
  }

  private static void backward(DecoderTransformer model) {
    model.clearGradients();
    model.forward(BATCH, Mode.TRAIN);
    model.backward(coefficients());
  }

  /** The layers then use one buffer in turn. */
  @Test
  void checkpointingChangesNoBitOfTheGradients() {
    DecoderTransformer plain = adapted(false);
    DecoderTransformer checkpointed = adapted(false);
    checkpointed.checkpointActivations();
    backward(plain);
    backward(checkpointed);
    for (int i = 0; i < plain.parameters().size(); i++) {
      assertThat(checkpointed.parameters().get(i).gradient().toArray())
          .as(plain.parameters().get(i).name())
          .containsExactly(plain.parameters().get(i).gradient().toArray());
    }
  }

  /** Buffers of the first adapter's width must not be taken for those of the second. */
  @Test
  void anotherAdapterMayFollowAMergedOne() {
    DecoderTransformer model = adapted(false);
    double[] merged = logProbs(model);
    model.mergeAdapter();
    model.addAdapter(LoraConfig.allLinear(9, 9), 1);
    assertThat(logProbs(model)).containsExactly(merged, within(1e-4));
    backward(model);
  }

  @Test
  void gradientsEqualFiniteDifferences() {
    DecoderTransformer model = adapted(false);
    backward(model);
    double[] coefficients = coefficients();
    WeightCheck.check(
        () -> {
          double[] logProbs = logProbs(model);
          double sum = 0;
          for (int t = 0; t < logProbs.length; t++) {
            sum += coefficients[t] * logProbs[t];
          }
          return sum;
        },
        model.parameters());
  }

  /** One sequence has the adapter apart, several have it merged into packed weights. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void decodingPassesEqualTheWholePass(int slots) {
    DecoderTransformer model = adapted(false);
    List<int[]> prompts = List.of(new int[] {1, 5, 7}, new int[] {2}, new int[] {10, 12});
    List<Completion> completions;
    try (Generator generator = new Generator(model, Set.of(), slots, true)) {
      completions =
          generator.generate(prompts, SamplingParams.greedy(6), Progress.SILENT, "decode");
    }
    for (int i = 0; i < prompts.size(); i++) {
      TokenBatch whole =
          TokenBatch.of(
              List.of(new PromptCompletions(prompts.get(i), List.of(completions.get(i).ids()))));
      assertThat(completions.get(i).logProbs())
          .containsExactly(model.forward(whole, Mode.EVALUATE).logProbs(), within(1e-4));
    }
  }

  /** Other alphas are another reference with the same factors. */
  @Test
  void theFingerprintOfTheReferenceDependsOnThePatterns() {
    Set<String> fingerprints =
        Set.of(
            fingerprint(config(false)),
            fingerprint(config(true)),
            fingerprint(config(false).withAlpha("layers.1.mlp.up_proj", 8)),
            fingerprint(config(false).withRank("layers.1.mlp.up_proj", 2)));
    assertThat(fingerprints).hasSize(4);
    assertThat(fingerprint(config(false))).isIn(fingerprints);
  }

  private static String fingerprint(LoraConfig lora) {
    DecoderTransformer model = TinyModels.create(BACKEND, 1);
    model.addAdapter(lora, 5);
    model.keepAdapterAsReference();
    double[] reference = model.forward(BATCH, Mode.REFERENCE).logProbs();
    assertThat(reference).containsExactly(logProbs(model));
    return model.referenceAdapterFingerprint();
  }
}
