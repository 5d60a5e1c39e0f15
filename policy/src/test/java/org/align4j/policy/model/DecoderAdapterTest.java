package org.align4j.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.align4j.core.ConfigurationException;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.LanguageModel.Mode;
import org.junit.jupiter.api.Test;

class DecoderAdapterTest {
  private static final Backend BACKEND = Backends.defaultBackend();
  private static final ModelConfig CONFIG = TinyModels.config(true, false, 0);
  private static final LoraConfig LORA = LoraConfig.allLinear(3, 6);

  private final Tensor embedding = Tensor.zeros(CONFIG.vocabulary(), CONFIG.hidden());
  private final LayerStack stack = new LayerStack(BACKEND, CONFIG, embedding);
  private final TrainedWeights trained = new TrainedWeights(BACKEND);
  private final DecoderAdapter adapter = new DecoderAdapter(stack, trained);

  private List<String> trainedNames() {
    return trained.parameters().stream().map(Parameter::name).toList();
  }

  private void trainEveryWeight() {
    BaseWeights base = BaseWeights.around(embedding, stack.layers(), CONFIG);
    HeadRows rows = new HeadRows(BACKEND, base.finalNorm(), CONFIG.normEpsilon());
    trained.addAll(base, rows, new LmHead(BACKEND, base.head()));
  }

  @Test
  void withoutOneThereIsNothingOfIt() {
    assertThat(adapter.present()).isFalse();
    assertThat(adapter.settings()).isNull();
    assertThat(adapter.dropsOut()).isFalse();
    assertThat(adapter.factors()).isEmpty();
    assertThat(adapter.use(Mode.TRAIN)).isEqualTo(AdapterUse.NONE);
    assertThat(adapter.use(Mode.EVALUATE)).isEqualTo(AdapterUse.NONE);
    assertThat(adapter.use(Mode.REFERENCE)).isEqualTo(AdapterUse.REFERENCE);
    assertThatThrownBy(adapter::merge)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the model has no adapter to merge");
    assertThatThrownBy(adapter::keepAsReference)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the model has no adapter to keep as the reference");
    assertThatThrownBy(() -> adapter.trainFrom(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("there is no adapter to train from layer 0 to 2 on");
  }

  /** Two layers of seven linear layers with two factors each. */
  @Test
  void anAddedOneIsTrainedAndTakesPart() {
    adapter.add(LORA, 1);
    assertThat(adapter.settings()).isEqualTo(LORA);
    assertThat(trainedNames()).hasSize(28).allMatch(name -> name.contains("lora_"));
    assertThat(adapter.factors()).hasSize(28);
    assertThat(adapter.use(Mode.TRAIN)).isEqualTo(AdapterUse.TRAINED);
    assertThat(adapter.use(Mode.EVALUATE)).isEqualTo(AdapterUse.TRAINED);
    assertThat(adapter.use(Mode.REFERENCE)).isEqualTo(AdapterUse.REFERENCE);
  }

  @Test
  void aSeedDecidesAAndBIsZero() {
    adapter.add(LORA, 1);
    DecoderAdapter same = new DecoderAdapter(new LayerStack(BACKEND, CONFIG, embedding), trained());
    same.add(LORA, 1);
    DecoderAdapter other =
        new DecoderAdapter(new LayerStack(BACKEND, CONFIG, embedding), trained());
    other.add(LORA, 2);
    for (int i = 0; i < 28; i++) {
      Parameter factor = adapter.factors().get(i);
      float[] values = factor.value().toArray();
      assertThat(values).containsExactly(same.factors().get(i).value().toArray());
      if (factor.name().contains("lora_B")) {
        assertThat(values).containsOnly(0);
      } else {
        assertThat(values).isNotEqualTo(other.factors().get(i).value().toArray());
      }
    }
  }

  private static TrainedWeights trained() {
    return new TrainedWeights(BACKEND);
  }

  @Test
  void dropoutOfTheSettingsDropsOut() {
    adapter.add(LORA.withDropout(0.1), 1);
    assertThat(adapter.dropsOut()).isTrue();
  }

  @Test
  void standsFromItsFirstLayerOn() {
    adapter.add(LORA.fromLayer(1), 1);
    assertThat(trainedNames()).hasSize(14).allMatch(name -> name.contains("layers.1."));
    assertThatThrownBy(() -> adapter.trainFrom(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void oneAboveTheLastLayerIsRefusedAndLeavesNothing() {
    assertThatThrownBy(() -> adapter.add(LORA.fromLayer(2), 1))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("the first layer with LoRA is 2; the model has 2");
    assertThat(adapter.present()).isFalse();
    assertThat(trained.none()).isTrue();
  }

  @Test
  void aSecondOneIsRefused() {
    adapter.add(LORA, 1);
    assertThatThrownBy(() -> adapter.add(LORA, 1)).isInstanceOf(IllegalStateException.class);
    assertThat(trainedNames()).hasSize(28);
  }

  @Test
  void trainingFromALayerLeavesTheFactorsBelowThere() {
    adapter.add(LORA, 1);
    adapter.trainFrom(1);
    assertThat(trainedNames()).hasSize(14).allMatch(name -> name.contains("layers.1."));
    assertThat(adapter.factors()).hasSize(28);
    assertThatThrownBy(() -> adapter.trainFrom(2)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aMergedOneIsGone() {
    adapter.add(LORA, 1);
    adapter.merge();
    assertThat(adapter.present()).isFalse();
    assertThat(trained.none()).isTrue();
    assertThat(adapter.factors()).isEmpty();
    adapter.add(LORA, 1);
    assertThat(trainedNames()).hasSize(28);
  }

  @Test
  void onlyAKeptOneIsShownAsTheReference() {
    Map<String, Tensor> shown = new TreeMap<>();
    adapter.add(LORA, 1);
    adapter.showReference(shown::put);
    assertThat(shown).isEmpty();
    adapter.keepAsReference();
    adapter.showReference(shown::put);
    assertThat(shown).isNotEmpty();
  }

  @Test
  void trainingOfEveryWeightHasNoReference() {
    trainEveryWeight();
    assertThat(adapter.use(Mode.TRAIN)).isEqualTo(AdapterUse.NONE);
    assertThatThrownBy(() -> adapter.use(Mode.REFERENCE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("full fine-tuning has no adapter to switch off");
    assertThatThrownBy(() -> adapter.add(LORA, 1)).isInstanceOf(IllegalStateException.class);
    assertThat(adapter.present()).isFalse();
  }
}
