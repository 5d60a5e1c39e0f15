package org.align4j.policy.edit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.align4j.core.ConfigurationException;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.Biases;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.SlidingWindow;
import org.align4j.policy.model.TinyModels;
import org.junit.jupiter.api.Test;

/** What the adapter makes of the weights when it is merged. */
class NeuronEditsTest {
  private static final Backend BACKEND = Backends.defaultBackend();
  private static final int LAYER = 1;
  private static final String PREFIX = "model.layers.1.mlp.";

  private final DecoderTransformer model = TinyModels.create(BACKEND, 3);
  private final int hidden = model.config().hidden();

  private List<Neuron> neurons(int count) {
    Random random = new Random(5);
    List<Neuron> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      out.add(
          new Neuron(
              random.doubles(hidden).toArray(),
              random.doubles(hidden).toArray(),
              random.doubles(hidden).toArray()));
    }
    return out;
  }

  private static float[] row(Tensor weight, int row) {
    float[] out = new float[weight.columns()];
    weight.readRow(row, out, 0);
    return out;
  }

  @Test
  void idleNeuronsAreReplacedAndNothingElse() {
    replacedAndNothingElse(LoraConfig.allLinear(4, 12).fromLayer(LAYER));
  }

  /** The adapter is small but for the modules that the neurons are written into. */
  @Test
  void anEditNeedsRoomInItsModulesOnly() {
    replacedAndNothingElse(
        LoraConfig.allLinear(1, 3)
            .withRank("layers.1.mlp.*", 4)
            .withRank("down_proj", 2)
            .withAlpha("up_proj", 7));
  }

  private void replacedAndNothingElse(LoraConfig lora) {
    FeedForwardBlock before = FeedForwardBlock.of(model, LAYER);
    List<Integer> places = before.idle(2);
    List<Neuron> wanted = neurons(2);
    model.addAdapter(lora, 7);
    NeuronEdits.replaceIdle(model, LAYER, wanted);
    model.mergeAdapter();
    FeedForwardBlock after = FeedForwardBlock.of(model, LAYER);
    for (int i = 0; i < before.gate().length; i++) {
      int place = places.indexOf(i);
      Neuron expected = place < 0 ? before.neuron(i) : wanted.get(place);
      assertThat(after.neuron(i).gate()).containsExactly(expected.gate(), within(1e-5));
      assertThat(after.neuron(i).up()).containsExactly(expected.up(), within(1e-5));
      assertThat(after.neuron(i).down()).containsExactly(expected.down(), within(1e-5));
    }
  }

  @Test
  void otherWeightsStay() {
    Map<String, Tensor> weights = TinyModels.create(BACKEND, 3).weights();
    model.addAdapter(LoraConfig.allLinear(4, 12), 7);
    NeuronEdits.replaceIdle(model, LAYER, neurons(4));
    model.mergeAdapter();
    model.showWeights(
        (name, weight) -> {
          if (!name.startsWith(PREFIX)) {
            assertThat(row(weight, 0)).as(name).isEqualTo(row(weights.get(name), 0));
          }
        });
  }

  /** The weakest neuron is the one whose vectors are the shortest. */
  @Test
  void theWeakestNeuronIsIdle() {
    Tensor up = model.weights().get(PREFIX + "up_proj.weight");
    for (int i = 0; i < hidden; i++) {
      up.set(9, i, 1e-4f);
    }
    assertThat(FeedForwardBlock.of(model, LAYER).idle(1)).containsExactly(9);
  }

  @Test
  void anAdapterWithoutRoomIsRefused() {
    assertThatThrownBy(() -> NeuronEdits.replaceIdle(model, LAYER, neurons(1)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("1 neurons of layer 1 needs an adapter");
    model.addAdapter(LoraConfig.allLinear(2, 2), 7);
    assertThatThrownBy(() -> NeuronEdits.replaceIdle(model, LAYER, neurons(3)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("3 neurons");
    DecoderTransformer other = TinyModels.create(BACKEND, 3);
    other.addAdapter(LoraConfig.allLinear(4, 4).withRank("layers.1.mlp.up_proj", 2), 7);
    assertThatThrownBy(() -> NeuronEdits.replaceIdle(other, LAYER, neurons(3)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("3 neurons of layer 1 needs an adapter");
    NeuronEdits.shiftGates(other, LAYER, 4, new double[hidden]);
    assertThatThrownBy(() -> NeuronEdits.shiftGates(other, LAYER, 5, new double[hidden]))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("no 5 neurons");
    DecoderTransformer biased =
        TinyModels.create(
            TinyModels.config(
                "llama", new Biases(false, false, true), new SlidingWindow(0, Set.of())),
            BACKEND,
            3);
    biased.addAdapter(LoraConfig.allLinear(4, 4), 7);
    assertThatThrownBy(() -> NeuronEdits.replaceIdle(biased, LAYER, neurons(1)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("feed-forward blocks have biases");
  }
}
