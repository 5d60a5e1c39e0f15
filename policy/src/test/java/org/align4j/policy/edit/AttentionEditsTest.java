package org.align4j.policy.edit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.align4j.core.ConfigurationException;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.Biases;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.SlidingWindow;
import org.align4j.policy.model.TinyModels;
import org.align4j.policy.text.TokenBatch;
import org.junit.jupiter.api.Test;

class AttentionEditsTest {
  private static final Backend BACKEND = Backends.defaultBackend();
  private static final int LAYER = 0;
  private static final String PREFIX = "model.layers.0.self_attn.";
  private static final int[] TOKENS = {3, 17, 5, 9, 21};

  private final DecoderTransformer model = TinyModels.create(BACKEND, 3);
  private final int hidden = model.config().hidden();
  private final Random random = new Random(5);

  private double[] vector() {
    return random.doubles(hidden, -0.5, 0.5).toArray();
  }

  private PoolingHead head(int values) {
    return new PoolingHead(
        vector(),
        vector(),
        IntStream.range(0, values).mapToObj(i -> vector()).toList(),
        IntStream.range(0, values).mapToObj(i -> vector()).toList());
  }

  private void write(List<PoolingHead> heads) {
    LoraConfig lora = LoraConfig.allLinear(2, 6);
    int values = heads.get(0).values().size();
    model.addAdapter(AttentionEdits.withRoom(lora, model.config(), LAYER, heads.size(), values), 7);
    AttentionEdits.replaceIdle(model, LAYER, heads);
  }

  /** Without a feed-forward block, what the layer adds to its input is what attention does. */
  private double[] added() {
    TokenBatch batch = TokenBatch.ofSequences(List.of(TOKENS));
    double[] after = model.layerStates(Mode.EVALUATE).after(batch, 1).doubleRow(TOKENS.length - 1);
    double[] before =
        model.weights().get("model.embed_tokens.weight").doubleRow(TOKENS[TOKENS.length - 1]);
    return IntStream.range(0, hidden).mapToDouble(i -> after[i] - before[i]).toArray();
  }

  private void dropFeedForward() {
    BACKEND.scale(0, model.weights().get("model.layers.0.mlp.down_proj.weight"));
  }

  /** The attention's normalised input at a token. */
  private double[] input(int token) {
    double[] x = model.weights().get("model.embed_tokens.weight").doubleRow(token);
    double[] norm = model.weights().get("model.layers.0.input_layernorm.weight").doubleRow(0);
    double root = Math.sqrt(dot(x, x) / hidden + model.config().normEpsilon());
    return IntStream.range(0, hidden).mapToDouble(i -> x[i] / root * norm[i]).toArray();
  }

  private static double dot(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
  }

  /** What a head adds at the last token, by its definition. */
  private double[] expected(PoolingHead head) {
    double query = dot(head.query(), input(TOKENS[TOKENS.length - 1]));
    double[] weights = new double[TOKENS.length];
    for (int t = 0; t < TOKENS.length; t++) {
      weights[t] = Math.exp(query * dot(head.key(), input(TOKENS[t])));
    }
    double sum = IntStream.range(0, TOKENS.length).mapToDouble(t -> weights[t]).sum();
    double[] out = new double[hidden];
    for (int j = 0; j < head.values().size(); j++) {
      double pooled = 0;
      for (int t = 0; t < TOKENS.length; t++) {
        pooled += weights[t] / sum * dot(head.values().get(j), input(TOKENS[t]));
      }
      for (int i = 0; i < hidden; i++) {
        out[i] += pooled * head.outputs().get(j)[i];
      }
    }
    return out;
  }

  private static PoolingHead silent(PoolingHead head) {
    List<double[]> nothing = new ArrayList<>();
    head.outputs().forEach(output -> nothing.add(new double[output.length]));
    return new PoolingHead(head.query(), head.key(), head.values(), nothing);
  }

  /** The tiny model's slowest dimensions turn by some thousandths a token. */
  @Test
  void headsPoolTheirValuesOverTheTokensAndWriteThem() {
    dropFeedForward();
    List<PoolingHead> heads = List.of(head(2), head(2));
    write(heads.stream().map(AttentionEditsTest::silent).toList());
    double[] without = added();
    AttentionEdits.replaceIdle(model, LAYER, heads);
    double[] with = added();
    double[] first = expected(heads.get(0));
    double[] second = expected(heads.get(1));
    for (int i = 0; i < hidden; i++) {
      assertThat(with[i] - without[i]).isCloseTo(first[i] + second[i], within(0.02));
    }
  }

  @Test
  void aSingleHeadLeavesTheOthersOfItsGroupWithNothingToWrite() {
    dropFeedForward();
    PoolingHead head = head(3);
    write(List.of(silent(head)));
    double[] without = added();
    AttentionEdits.replaceIdle(model, LAYER, List.of(head));
    double[] with = added();
    double[] expected = expected(head);
    for (int i = 0; i < hidden; i++) {
      assertThat(with[i] - without[i]).isCloseTo(expected[i], within(0.005));
    }
  }

  /** Values of the weakest group are made small; the other group's weights must stay. */
  @Test
  void theWeakestGroupIsReplacedAndNothingElse() {
    Tensor values = model.weights().get(PREFIX + "v_proj.weight");
    int width = model.config().headDim();
    BACKEND.scale(0.01f, values.rows(width, width));
    Map<String, Tensor> before = TinyModels.create(BACKEND, 3).weights();
    assertThat(AttentionBlock.of(model, LAYER).idleGroups(1)).containsExactly(1);
    write(List.of(head(2), head(2)));
    model.mergeAdapter();
    model.showWeights(
        (name, weight) -> {
          boolean keysOrValues = name.startsWith(PREFIX + "k_") || name.startsWith(PREFIX + "v_");
          int kept = keysOrValues ? width : name.startsWith(PREFIX + "q_") ? 2 * width : 0;
          if (!name.startsWith(PREFIX)) {
            kept = weight.rows();
          }
          for (int row = 0; row < kept; row++) {
            assertThat(weight.doubleRow(row))
                .as(name)
                .containsExactly(before.get(name).doubleRow(row), within(1e-6));
          }
          if (name.startsWith(PREFIX + "o_")) {
            for (int column = 0; column < 2 * width; column++) {
              assertThat(weight.get(0, column)).isEqualTo(before.get(name).get(0, column));
            }
          }
        });
  }

  @Test
  void modelsAndAdaptersWithoutRoomAreRefused() {
    assertThatThrownBy(() -> AttentionEdits.replaceIdle(model, LAYER, List.of(head(1))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("1 attention heads of layer 0 needs an adapter with room");
    model.addAdapter(LoraConfig.allLinear(2, 2), 7);
    assertThatThrownBy(() -> AttentionEdits.replaceIdle(model, LAYER, List.of(head(1))))
        .hasMessageContaining("needs an adapter with room");
    LoraConfig lora = LoraConfig.allLinear(2, 2);
    assertThatThrownBy(() -> AttentionEdits.withRoom(lora, model.config(), LAYER, 5, 1))
        .hasMessageContaining("has 4 attention heads; 5 are too many");
    assertThatThrownBy(() -> AttentionEdits.withRoom(lora, model.config(), LAYER, 2, 4))
        .hasMessageContaining("2 heads of 4 values that share a key/value head do not fit");
    assertThatThrownBy(
            () ->
                AttentionEdits.withRoom(
                    lora,
                    TinyModels.config("qwen2", Biases.QKV, new SlidingWindow(0, Set.of())),
                    LAYER,
                    1,
                    1))
        .hasMessageContaining("qwen2 model: its attention has biases");
    assertThatThrownBy(() -> new PoolingHead(vector(), vector(), List.of(vector()), List.of()))
        .hasMessageContaining("1 values, but 0 outputs");
  }
}
