package org.align4j.policy.optim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.model.ScalarHeadModel;
import org.align4j.policy.model.TinyModels;
import org.junit.jupiter.api.Test;

/** Weight decay acts by role, as transformers' {@code get_decay_parameter_names} has it. */
class WeightDecayTest {
  private static final Backend BACKEND = Backends.defaultBackend();

  /** Gradients are 0, so decay alone moves a weight. */
  private static boolean moves(Parameter parameter) {
    parameter.value().set(0, 0, 2);
    new AdamW(BACKEND, new AdamW.Settings(0.9, 0.999, 1e-8, 0.5), List.of(parameter)).step(0.1);
    return parameter.value().get(0, 0) != 2;
  }

  @Test
  void anAdapterOfRankOneDecays() {
    DecoderTransformer model = TinyModels.create(BACKEND, 1);
    model.addAdapter(LoraConfig.allLinear(1, 2), 1);
    assertThat(model.parameters()).isNotEmpty().allMatch(WeightDecayTest::moves);
  }

  @Test
  void aScalarHeadDecays() {
    ScalarHeadModel model = new ScalarHeadModel(TinyModels.create(BACKEND, 1), BACKEND);
    assertThat(model.parameters()).hasSize(1).allMatch(WeightDecayTest::moves);
  }

  @Test
  void normsAndBiasesDoNot() {
    DecoderTransformer model = TinyModels.create(TinyModels.config(false, true, 0), BACKEND, 1);
    model.trainAllWeights();
    for (Parameter parameter : model.parameters()) {
      boolean exempt =
          parameter.name().endsWith("norm.weight") || parameter.name().endsWith(".bias");
      assertThat(moves(parameter)).as(parameter.name()).isEqualTo(!exempt);
    }
    assertThat(model.parameters()).anyMatch(parameter -> parameter.name().endsWith(".bias"));
  }
}
