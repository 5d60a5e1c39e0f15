package org.align4j.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.tck.RandomWeights;
import org.align4j.policy.text.TokenBatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** States of lower layers of a ragged batch. */
@Tag("lane")
class LayerStatesTest {
  private static final Backend BACKEND = Backends.defaultBackend();

  /** Nine tokens that all begin with, then rests of different lengths. */
  private static final List<int[]> SEQUENCES =
      List.of(
          new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
          new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13},
          new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 14, 15, 16, 17, 18});

  private static float[] row(Tensor states, TokenBatch batch, int sequence, int token) {
    float[] out = new float[states.columns()];
    states.readRow(batch.row(sequence, token), out, 0);
    return out;
  }

  @Test
  void everyTokenOfASequenceHasItsRow() {
    TokenBatch batch = TokenBatch.ofSequences(SEQUENCES);
    assertThat(batch.ids()).hasSize(9 + 1 + 3 + 5);
    for (int s = 0; s < SEQUENCES.size(); s++) {
      for (int t = 0; t < SEQUENCES.get(s).length; t++) {
        assertThat(batch.ids()[batch.row(s, t)]).isEqualTo(SEQUENCES.get(s)[t]);
        assertThat(batch.positions()[batch.row(s, t)]).isEqualTo(t);
      }
    }
  }

  @Test
  void afterAllLayersTheFinalNormGivesWhatTheHeadReads() {
    DecoderTransformer model = TinyModels.create(BACKEND, 4);
    checkAgainstTheFullPass(model);
    model.freeze();
    checkAgainstTheFullPass(model);
  }

  private static void checkAgainstTheFullPass(DecoderTransformer model) {
    TokenBatch batch = TokenBatch.ofSequences(SEQUENCES);
    Tensor head = model.hiddenStates(batch, Mode.EVALUATE).copy();
    Tensor states = model.layerStates(Mode.EVALUATE).after(batch, model.config().layers());
    float[] norm = model.weights().get("model.norm.weight").toArray();
    for (int s = 0; s < SEQUENCES.size(); s++) {
      float[] last = row(states, batch, s, SEQUENCES.get(s).length - 1);
      double squares = IntStream.range(0, last.length).mapToDouble(j -> last[j] * last[j]).sum();
      double scale = 1 / Math.sqrt(squares / last.length + model.config().normEpsilon());
      for (int j = 0; j < last.length; j++) {
        assertThat(head.get(s, j)).isCloseTo((float) (last[j] * scale * norm[j]), within(1e-5f));
      }
    }
  }

  /** The lower layer of two is a model of one layer with the same weights. */
  @Test
  void aLowerLayerIsTheLastOneOfAShorterModel() {
    DecoderTransformer model = TinyModels.create(BACKEND, 4);
    ModelConfig two = model.config();
    DecoderTransformer one =
        new DecoderTransformer(
            new ModelConfig("llama", 29, 16, 24, 1, 4, 2, 6, 1e-5f, two.rope(), true, 0, false, 64),
            BACKEND);
    one.weights().forEach((name, values) -> values.copyFrom(model.weights().get(name)));
    TokenBatch batch = TokenBatch.ofSequences(SEQUENCES);
    Tensor lower = model.layerStates(Mode.EVALUATE).after(batch, 1).copy();
    assertThat(lower.toArray())
        .containsExactly(one.layerStates(Mode.EVALUATE).after(batch, 1).toArray())
        .isNotEqualTo(model.layerStates(Mode.EVALUATE).after(batch, 2).toArray());
    checkAgainstTheFullPass(one);
  }

  @Test
  void statesOfABatchAreThoseOfEachSequenceAlone() {
    DecoderTransformer model = TinyModels.create(BACKEND, 4);
    TokenBatch batch = TokenBatch.ofSequences(SEQUENCES);
    Tensor together = model.layerStates(Mode.EVALUATE).after(batch, 1).copy();
    for (int s = 0; s < SEQUENCES.size(); s++) {
      TokenBatch alone = TokenBatch.ofSequences(List.of(SEQUENCES.get(s)));
      Tensor states = model.layerStates(Mode.EVALUATE).after(alone, 1);
      for (int t = 0; t < SEQUENCES.get(s).length; t++) {
        assertThat(row(together, batch, s, t))
            .containsExactly(row(states, alone, 0, t), within(1e-5f));
      }
    }
  }

  @Test
  void theReferenceLeavesATrainedAdapterOut() {
    TokenBatch batch = TokenBatch.ofSequences(SEQUENCES);
    float[] base =
        TinyModels.create(BACKEND, 4).layerStates(Mode.EVALUATE).after(batch, 1).toArray();
    DecoderTransformer model = TinyModels.create(BACKEND, 4);
    model.addAdapter(LoraConfig.allLinear(3, 6), 5);
    RandomWeights.fill(model.parameters(), 8);
    assertThat(model.layerStates(Mode.REFERENCE).after(batch, 1).toArray())
        .containsExactly(base, within(1e-5f));
    float[] adapted = model.layerStates(Mode.EVALUATE).after(batch, 1).toArray();
    assertThat(Math.abs(adapted[0] - base[0])).isGreaterThan(1e-4f);
  }

  @Test
  void layersThatAreNotThereAndTrainingAreRefused() {
    DecoderTransformer model = TinyModels.create(BACKEND, 4);
    TokenBatch batch = TokenBatch.ofSequences(SEQUENCES);
    for (int count : new int[] {0, 3}) {
      assertThatThrownBy(() -> model.layerStates(Mode.EVALUATE).after(batch, count))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("after 1 to 2 layers; got " + count);
    }
    assertThatThrownBy(() -> model.layerStates(Mode.TRAIN).after(batch, 1))
        .hasMessageContaining("EVALUATE or REFERENCE");
    model.trainAllWeights();
    assertThatThrownBy(() -> model.layerStates(Mode.REFERENCE).after(batch, 1))
        .hasMessageContaining("full fine-tuning has no adapter to switch off");
  }

  /** What the block reads is normalised: of mean square 1 under the norm's weight. */
  @Test
  void feedForwardBlocksReadNormalisedStates() {
    DecoderTransformer model = TinyModels.create(BACKEND, 4);
    TokenBatch batch = TokenBatch.ofSequences(SEQUENCES);
    List<Tensor> both = model.layerStates(Mode.EVALUATE).feedForwardInputs(batch, 0, 2);
    List<Tensor> second = model.layerStates(Mode.EVALUATE).feedForwardInputs(batch, 1, 1);
    assertThat(both.get(1).toArray()).isEqualTo(second.get(0).toArray());
    for (int layer = 0; layer < 2; layer++) {
      String name = "model.layers." + layer + ".post_attention_layernorm.weight";
      Tensor norm = model.weights().get(name);
      for (int row = 0; row < both.get(layer).rows(); row++) {
        double squares = 0;
        for (int j = 0; j < norm.columns(); j++) {
          squares += Math.pow(both.get(layer).get(row, j) / norm.get(0, j), 2);
        }
        assertThat(squares / norm.columns()).isCloseTo(1, within(1e-3));
      }
    }
    assertThatThrownBy(() -> model.layerStates(Mode.EVALUATE).feedForwardInputs(batch, 1, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("there are 2 layers, not 2 of them from layer 1 on");
  }

  @Test
  void aPassGoesOnFromWhatALayerHasRead() {
    DecoderTransformer model = TinyModels.create(BACKEND, 4);
    TokenBatch batch = TokenBatch.ofSequences(SEQUENCES);
    LayerStates.Reading read = model.layerStates(Mode.EVALUATE).reading(batch, 1, 1);
    float[] whole = read.feedForward().get(0).toArray();
    assertThat(read.input().toArray())
        .isEqualTo(model.layerStates(Mode.EVALUATE).after(batch, 1).toArray());
    List<Tensor> resumed =
        model.layerStates(Mode.EVALUATE).feedForwardInputs(batch, read.input(), 1, 1);
    assertThat(resumed.get(0).toArray()).isEqualTo(whole);
    float[] last = model.layerStates(Mode.EVALUATE).after(batch, 2).toArray();
    assertThat(model.layerStates(Mode.EVALUATE).after(batch, read.input(), 1, 1).toArray())
        .isEqualTo(last);
    assertThatThrownBy(
            () -> model.layerStates(Mode.EVALUATE).feedForwardInputs(batch, read.input(), 2, 1))
        .hasMessageContaining("there are 2 layers, not 1 of them from layer 2 on");
  }
}
