package org.align4j.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.tck.RandomWeights;
import org.align4j.policy.tck.WeightCheck;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("lane")
class DecoderTransformerTest {
  private static final Backend BACKEND = Backends.defaultBackend();
  private static final List<PromptCompletions> GROUPS =
      List.of(
          new PromptCompletions(
              new int[] {1, 5, 7, 9}, List.of(new int[] {3, 4, 8}, new int[] {11, 2})),
          new PromptCompletions(new int[] {2}, List.of(new int[] {6})),
          new PromptCompletions(
              new int[] {10, 12}, List.of(new int[] {13, 14, 15, 16}, new int[] {17, 18, 19})));

  private static double[] coefficients(int n) {
    return new Random(3).doubles(n, -1, 1).toArray();
  }

  private static double weighted(DecoderTransformer model, TokenBatch batch) {
    double[] logProbs = model.forward(batch, Mode.EVALUATE).logProbs();
    double[] coefficients = coefficients(logProbs.length);
    double sum = 0;
    for (int t = 0; t < logProbs.length; t++) {
      sum += coefficients[t] * logProbs[t];
    }
    return sum;
  }

  private static void backward(DecoderTransformer model, TokenBatch batch) {
    model.clearGradients();
    model.forward(batch, Mode.TRAIN);
    model.backward(coefficients(batch.targets().length));
  }

  /** With dropout, whose masks must be drawn alike in both passes. */
  @Test
  void checkpointingChangesNoBitOfTheGradients() {
    TokenBatch batch = TokenBatch.of(GROUPS);
    DecoderTransformer plain = adapted(0.3, 1);
    DecoderTransformer checkpointed = adapted(0.3, 1);
    checkpointed.checkpointActivations();
    for (DecoderTransformer model : List.of(plain, checkpointed)) {
      model.seedDropout(11);
      backward(model, batch);
    }
    for (int i = 0; i < plain.parameters().size(); i++) {
      assertThat(checkpointed.parameters().get(i).gradient().toArray())
          .as(plain.parameters().get(i).name())
          .containsExactly(plain.parameters().get(i).gradient().toArray());
    }
  }

  static Stream<ModelConfig> configs() {
    return Stream.of(
        TinyModels.config(true, false, 0),
        TinyModels.config(false, true, 0),
        TinyModels.config(false, false, 3),
        TinyModels.config("llama", new Biases(true, true, false), SlidingWindow.NONE),
        TinyModels.config("llama", new Biases(false, false, true), SlidingWindow.NONE),
        TinyModels.config("qwen2", Biases.QKV, SlidingWindow.of(3, 1, 2)));
  }

  private static void checkGradients(DecoderTransformer model, TokenBatch batch) {
    backward(model, batch);
    WeightCheck.check(() -> weighted(model, batch), model.parameters());
  }

  @ParameterizedTest
  @MethodSource("configs")
  void logProbsAreThoseOfADecoderWrittenOut(ModelConfig config) {
    DecoderTransformer model = TinyModels.create(config, BACKEND, 2);
    int[] ids = {1, 5, 7, 9, 3, 4, 8, 2, 11, 6};
    TokenBatch batch = TokenBatch.of(List.of(PromptCompletions.sequence(ids)));
    double[] expected = new PlainDecoder(config, model.weights()).logProbs(ids);
    assertThat(model.forward(batch, Mode.EVALUATE).logProbs())
        .containsExactly(expected, within(2e-5));
    model.freeze();
    assertThat(model.forward(batch, Mode.EVALUATE).logProbs())
        .containsExactly(expected, within(2e-5));
  }

  @ParameterizedTest
  @MethodSource("configs")
  void fullGradientsEqualFiniteDifferences(ModelConfig config) {
    DecoderTransformer model = TinyModels.create(config, BACKEND, 1);
    model.trainAllWeights();
    checkGradients(model, TokenBatch.of(GROUPS));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void adapterGradientsEqualFiniteDifferences(int firstLayer) {
    DecoderTransformer model = adapted(0, firstLayer);
    assertThat(model.parameters())
        .allMatch(parameter -> firstLayer == 0 || parameter.name().contains("layers.1."));
    checkGradients(model, TokenBatch.of(GROUPS));
  }

  private static DecoderTransformer adapted(double dropout) {
    return adapted(dropout, 0);
  }

  /** An adapter whose B is not zero. */
  private static DecoderTransformer adapted(double dropout, int firstLayer) {
    DecoderTransformer model = TinyModels.create(BACKEND, 1);
    Set<String> targets = Set.of("q_proj", "v_proj", "o_proj", "up_proj", "down_proj");
    model.addAdapter(new LoraConfig(3, 6, dropout, targets, true, firstLayer), 5);
    RandomWeights.fill(model.parameters(), 8);
    return model;
  }

  /** FIELD row 4: log-probs do not depend on how sequences are batched. */
  @Test
  void sharedPromptsEqualUnsharedAndAlone() {
    sharedEqualsUnsharedAndAlone(GROUPS);
  }

  @Test
  void sharedSystemTurnsEqualUnsharedAndAlone() {
    int[] system = {9, 8, 7, 6, 5, 4, 3, 2, 1};
    List<PromptCompletions> groups =
        GROUPS.stream()
            .map(g -> new PromptCompletions(concat(system, g.prompt()), g.completions()))
            .toList();
    assertThat(TokenBatch.of(groups).ids())
        .hasSize(TokenBatch.of(GROUPS).ids().length + system.length);
    sharedEqualsUnsharedAndAlone(groups);
    TokenBatch withPrompts = TokenBatch.withPrompts(groups);
    DecoderTransformer model = TinyModels.create(BACKEND, 1);
    double[] scored = model.forward(withPrompts, Mode.EVALUATE).logProbs();
    double[] alone =
        model.forward(TokenBatch.withPrompts(groups.subList(2, 3)), Mode.EVALUATE).logProbs();
    assertThat(Arrays.copyOfRange(scored, scored.length - alone.length, scored.length))
        .containsExactly(alone, within(1e-5));
  }

  private static int[] concat(int[] a, int[] b) {
    return IntStream.concat(Arrays.stream(a), Arrays.stream(b)).toArray();
  }

  private static void sharedEqualsUnsharedAndAlone(List<PromptCompletions> groups) {
    DecoderTransformer model = TinyModels.create(BACKEND, 1);
    model.trainAllWeights();
    TokenBatch shared = TokenBatch.of(groups);
    TokenBatch unshared = TokenBatch.unshared(groups);
    assertThat(shared.ids()).hasSizeLessThan(unshared.ids().length);
    double[] together = model.forward(shared, Mode.EVALUATE).logProbs();
    assertThat(together)
        .containsExactly(model.forward(unshared, Mode.EVALUATE).logProbs(), within(1e-5));
    double[] alone = model.forward(TokenBatch.of(groups.subList(1, 2)), Mode.EVALUATE).logProbs();
    assertThat(shared.slice(together, 2)).containsExactly(alone, within(1e-5));
    backward(model, shared);
    List<float[]> gradients = model.parameters().stream().map(p -> p.gradient().toArray()).toList();
    backward(model, unshared);
    for (int p = 0; p < gradients.size(); p++) {
      float[] other = model.parameters().get(p).gradient().toArray();
      for (int i = 0; i < other.length; i++) {
        assertThat(gradients.get(p)[i]).isCloseTo(other[i], within(2e-4f));
      }
    }
  }

  @Test
  void adapterOffIsTheBaseAndMergedIsTheAdapter() {
    TokenBatch batch = TokenBatch.of(GROUPS);
    double[] base = TinyModels.create(BACKEND, 1).forward(batch, Mode.EVALUATE).logProbs();
    DecoderTransformer model = adapted(0);
    double[] on = model.forward(batch, Mode.EVALUATE).logProbs();
    // The frozen base runs on packed weights, which add up in another order.
    assertThat(model.forward(batch, Mode.REFERENCE).logProbs()).containsExactly(base, within(1e-5));
    assertThat(Math.abs(on[0] - base[0])).isGreaterThan(1e-3);
    model.mergeAdapter();
    assertThat(model.forward(batch, Mode.EVALUATE).logProbs()).containsExactly(on, within(1e-4));
    assertThat(model.hasReference()).isFalse();
  }

  @Test
  void freshAdapterChangesNothing() {
    TokenBatch batch = TokenBatch.of(GROUPS);
    DecoderTransformer model = TinyModels.create(BACKEND, 1);
    double[] base = model.forward(batch, Mode.EVALUATE).logProbs();
    model.addAdapter(LoraConfig.allLinear(4, 8), 1);
    assertThat(model.forward(batch, Mode.TRAIN).logProbs()).containsExactly(base, within(1e-5));
    double[] reference = model.forward(batch, Mode.REFERENCE).logProbs();
    assertThat(model.forward(batch, Mode.TRAIN).logProbs()).containsExactly(reference, within(0.0));
  }

  /** FIELD row 22: dropout acts in training only, and the same seed draws the same masks. */
  @Test
  void dropoutActsInTrainingOnlyAndBySeed() {
    TokenBatch batch = TokenBatch.of(GROUPS);
    DecoderTransformer model = adapted(0.5);
    double[] off = model.forward(batch, Mode.EVALUATE).logProbs();
    assertThat(model.forward(batch, Mode.EVALUATE).logProbs()).containsExactly(off, within(0.0));
    model.seedDropout(4);
    double[] first = model.forward(batch, Mode.TRAIN).logProbs();
    assertThat(Arrays.equals(first, off)).isFalse();
    model.seedDropout(4);
    assertThat(model.forward(batch, Mode.TRAIN).logProbs()).containsExactly(first, within(0.0));
  }

  @Test
  void misuseIsNamed() {
    DecoderTransformer model = TinyModels.create(BACKEND, 1);
    assertThatThrownBy(() -> model.backward(new double[0])).hasMessageContaining("TRAIN");
    model.trainAllWeights();
    TokenBatch batch = TokenBatch.of(GROUPS);
    assertThatThrownBy(() -> model.forward(batch, Mode.REFERENCE))
        .hasMessageContaining("precompute");
    assertThatThrownBy(
            () ->
                TinyModels.create(BACKEND, 1)
                    .addAdapter(LoraConfig.allLinear(2, 4).fromLayer(2), 0))
        .hasMessage("the first layer with LoRA is 2; the model has 2");
    assertThatThrownBy(() -> model.addAdapter(LoraConfig.allLinear(2, 4), 0))
        .hasMessageContaining("already");
    TokenBatch outside = TokenBatch.of(List.of(PromptCompletions.sequence(new int[] {1, 29, 3})));
    assertThatThrownBy(() -> model.forward(outside, Mode.EVALUATE))
        .hasMessage("token id 29 is outside the vocabulary of 29");
  }
}
