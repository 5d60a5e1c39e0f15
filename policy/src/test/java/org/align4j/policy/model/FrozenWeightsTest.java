package org.align4j.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Frozen weights that can be read again are kept packed only, and come back unchanged. */
class FrozenWeightsTest {
  private static final String NAME = "model.layers.1.mlp.up_proj.weight";

  private static final TokenBatch BATCH =
      TokenBatch.of(List.of(new PromptCompletions(new int[] {1, 2}, List.of(new int[] {3, 4, 5}))));

  private final Backend backend = Backends.defaultBackend();
  private final ModelConfig config = TinyModels.config(false, true, 0);
  private final DecoderTransformer origin = TinyModels.create(config, backend, 5);
  private final DecoderTransformer model = new DecoderTransformer(config, backend);
  private final Map<String, Integer> reads = new HashMap<>();

  @BeforeEach
  void trainAStep() {
    Map<String, Tensor> stored = origin.weights();
    model.read(
        (name, target) -> {
          reads.merge(name, 1, Integer::sum);
          target.copyFrom(stored.get(name));
        });
    model.addAdapter(LoraConfig.allLinear(2, 4), 1);
    model.forward(BATCH, Mode.TRAIN, 1);
    model.backward(new double[] {1, 1, 1});
  }

  private void assumeReleased() {
    assumeThat(backend.prefersPackedWeights()).as("a backend with packed weights").isTrue();
  }

  @Test
  void weightsComeBackAsTheyWere() {
    Map<String, Tensor> again = model.weights();
    assertThat(again.keySet()).isEqualTo(origin.weights().keySet());
    origin
        .weights()
        .forEach(
            (name, tensor) -> assertThat(again.get(name).toArray()).isEqualTo(tensor.toArray()));
  }

  @Test
  void aFingerprintLeavesMemoryAsItIs() {
    assumeReleased();
    int before = reads.get(NAME);
    assertThat(WeightsFingerprint.of(model)).isEqualTo(WeightsFingerprint.of(origin));
    assertThat(WeightsFingerprint.of(model)).isEqualTo(WeightsFingerprint.of(origin));
    assertThat(reads.get(NAME)).isEqualTo(before + 2);
  }

  @Test
  void mergedWeightsAreNotReadFromTheFileAgain() {
    Tensor b =
        model.parameters().stream()
            .filter(
                parameter -> parameter.name().equals("model.layers.1.mlp.up_proj.lora_B.weight"))
            .findFirst()
            .orElseThrow()
            .value();
    b.set(0, 0, 1);
    model.mergeAdapter();
    float[] merged = model.weights().get(NAME).toArray();
    assertThat(merged[0]).isNotEqualTo(origin.weights().get(NAME).get(0, 0));
    model.freeze();
    model.decodingWeights(false, 2).close();
    assertThat(model.weights().get(NAME).toArray()).isEqualTo(merged);
  }

  /** What was written to a weight must not be lost to the file, on the way back least of all. */
  @Test
  void writtenWeightsAreNotReadFromTheFileAgain() {
    DecoderTransformer edited = new DecoderTransformer(config, backend);
    Map<String, Tensor> stored = origin.weights();
    edited.read((name, target) -> target.copyFrom(stored.get(name)));
    edited.weights().get(NAME).set(0, 0, 7);
    edited.addAdapter(LoraConfig.allLinear(2, 4), 1);
    edited.forward(BATCH, Mode.TRAIN, 1);
    edited.backward(new double[] {1, 1, 1});
    assertThat(edited.weights().get(NAME).get(0, 0)).isEqualTo(7);
  }
}
