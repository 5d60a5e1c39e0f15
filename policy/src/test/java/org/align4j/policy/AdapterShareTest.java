package org.align4j.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.align4j.core.ConfigurationException;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.tck.TinyChatModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A share of an adapter's effect is a point between two models. */
class AdapterShareTest {
  @TempDir Path folder;

  @BeforeEach
  void modelAndAdapter() throws IOException {
    TinyChatModel.create(folder.resolve("model"), 3).close();
    try (ChatModel model = load().withLora(LoraConfig.allLinear(4, 8))) {
      Random random = new Random(1);
      for (Parameter parameter : model.network().parameters()) {
        Tensor value = parameter.value();
        for (int r = 0; r < value.rows(); r++) {
          for (int c = 0; c < value.columns(); c++) {
            value.set(r, c, (float) random.nextGaussian());
          }
        }
      }
      model.saveAdapter(adapter());
    }
  }

  private ChatModel load() {
    return ChatModel.load(folder.resolve("model").toString());
  }

  private Path adapter() {
    return folder.resolve("adapter");
  }

  private static Map<String, Tensor> merged(ChatModel model) {
    model.network().mergeAdapter();
    return model.network().weights();
  }

  @Test
  void weightsLieBetweenTheBaseAndTheAdaptedOnes() {
    Map<String, Tensor> base = load().network().weights();
    Map<String, Tensor> whole = merged(load().withFrozenAdapter(adapter()));
    Map<String, Tensor> part = merged(load().withFrozenAdapter(adapter(), 0.25));
    double moved = 0;
    for (String name : base.keySet()) {
      float[] from = base.get(name).toArray();
      float[] to = whole.get(name).toArray();
      float[] between = part.get(name).toArray();
      for (int i = 0; i < from.length; i++) {
        moved = Math.max(moved, Math.abs(to[i] - from[i]));
        assertThat((double) between[i])
            .as("%s, element %d", name, i)
            .isCloseTo(0.75 * from[i] + 0.25 * to[i], within(1e-5));
      }
    }
    assertThat(moved).isGreaterThan(1);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.5, 1.01, Double.NaN})
  void otherSharesAreRefused(double share) {
    ChatModel model = load();
    assertThatThrownBy(() -> model.withFrozenAdapter(adapter(), share))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("the adapter's scale must be in (0, 1], got " + share);
  }
}
