package org.align4j.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.align4j.policy.backend.AttentionSpan;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Precision;
import org.align4j.policy.backend.QuantizedWeight;
import org.align4j.policy.backend.RandomQuantized;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.onednn.OneDnn;
import org.align4j.policy.lora.LoraConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A single sequence is decoded with the integers that a file has, and comes to the same logits. */
class QuantizedWeightsTest {
  private static final ModelConfig CONFIG =
      new ModelConfig(
          "llama", 61, 32, 64, 2, 4, 2, 8, 1e-5f, RopeConfig.plain(10_000), true, 0, false, 64);
  private static final int[] PROMPT = {3, 1, 4, 1, 5, 9};

  private final Backend backend = Backends.defaultBackend();
  private final DecoderTransformer model = new DecoderTransformer(CONFIG, backend);
  private final Map<String, Integer> reads = new HashMap<>();

  /** Every matrix in integers, of 4 bits or of 8, which fused ones mix. */
  private final class File implements WeightLoader {
    @Override
    public void read(String name, Tensor target) {
      reads.merge(name, 1, Integer::sum);
      if (target.rows() == 1) {
        for (int j = 0; j < target.columns(); j++) {
          target.set(0, j, 1);
        }
        return;
      }
      target.copyFrom(RandomQuantized.values(stored(name, target.rows(), target.columns())));
    }

    @Override
    public Optional<QuantizedWeight> quantized(String name, int rows, int columns) {
      return Optional.of(stored(name, rows, columns));
    }

    private QuantizedWeight stored(String name, int rows, int columns) {
      boolean few = name.contains("q_proj") || name.contains("mlp");
      return RandomQuantized.of(rows, columns, few ? 4 : 8, few ? 32 : 16);
    }
  }

  @BeforeEach
  void read() {
    assumeThat(backend.quantizedRows() > 0).as("a backend with quantised weights").isTrue();
    model.read(new File());
  }

  private float[] logits(boolean adapter, int sequences) {
    return logits(model, adapter, sequences);
  }

  private static float[] logits(DecoderTransformer model, boolean adapter, int sequences) {
    KvCache cache = new KvCache(CONFIG, 1, PROMPT.length + 1, 0);
    try (DecodingWeights weights = model.decodingWeights(adapter, sequences)) {
      int[] rows = {0, 1, 2, 3, 4, 5};
      AttentionSpan prompt = AttentionSpan.alone(0, PROMPT.length, 0);
      model.decode(new NewTokens(PROMPT, rows, List.of(prompt), rows), cache, new int[0], weights);
      int[] next = {PROMPT.length};
      AttentionSpan last =
          new AttentionSpan(0, 1, AttentionSpan.alone(0, PROMPT.length + 1, 0).keyRanges(), 0);
      return model
          .decode(
              new NewTokens(new int[] {2}, next, List.of(last), next),
              cache,
              new int[] {0},
              weights)
          .toArray();
    } finally {
      cache.close();
    }
  }

  private void assertSame(float[] one, float[] other) {
    assertThat(one).hasSameSizeAs(other);
    for (int i = 0; i < one.length; i++) {
      assertThat(one[i]).isCloseTo(other[i], within(1e-3f));
    }
  }

  @Test
  void oneSequenceNeedsNoValues() {
    float[] single = logits(true, 1);
    assertThat(reads).doesNotContainKey("model.layers.0.mlp.up_proj.weight");
    assertSame(single, logits(true, backend.quantizedRows() + 1));
    assertThat(reads).containsEntry("model.layers.0.mlp.up_proj.weight", 1);
  }

  @Test
  void anAdapterIsAddedApart() {
    float[] before = logits(true, 1);
    model.addAdapter(LoraConfig.allLinear(2, 4), 1);
    model.parameters().forEach(parameter -> parameter.value().set(0, 1, 0.4f));
    float[] adapted = logits(true, 1);
    assertThat(adapted).isNotEqualTo(before);
    assertThat(logits(false, 1)).isEqualTo(before);
    assertSame(adapted, logits(true, 2));
  }

  /** FIELD row 8: the trainer recomputes the sampler's log-probs. */
  @Test
  void aSamplerRoundsAsItsTrainerDoes() {
    assumeThat(OneDnn.supports(Precision.BFLOAT16)).as("bfloat16 here").isTrue();
    Backend rounding = Backends.named("vector", Precision.BFLOAT16);
    DecoderTransformer rounded = new DecoderTransformer(CONFIG, rounding);
    rounded.read(new File());
    float[] exact = logits(true, 1);
    assertSame(logits(rounded, true, 1), exact);
    rounded.addAdapter(LoraConfig.allLinear(2, 4), 1);
    float[] sampled = logits(rounded, true, 1);
    assertSame(sampled, logits(rounded, true, 2));
    assertThat(sampled[0]).isNotCloseTo(exact[0], within(1e-3f));
  }

  @Test
  void writtenWeightsTakeTheirPlace() {
    float[] before = logits(true, 1);
    model.weights().get(BaseWeights.EMBEDDING).set(7, 0, 9);
    float[] after = logits(true, 1);
    assertThat(after[7]).isNotCloseTo(before[7], within(0.1f));
    assertSame(after, logits(true, 2));
  }
}
