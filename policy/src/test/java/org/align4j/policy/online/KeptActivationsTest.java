package org.align4j.policy.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.generate.TransformerSampler;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.model.TinyModels;
import org.align4j.policy.text.TokenBatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Activations kept while sampling serve the training pass, and only the one they belong to. */
class KeptActivationsTest {
  private static final Backend VECTOR = Backends.defaultBackend();
  private static final int STOP = 4;
  private static final double TEMPERATURE = 0.8;
  private static final int GENERATIONS = 3;
  private int gates;
  private int heads;
  private DecoderTransformer model;
  private DecoderTransformer oracle;

  /** Counts runs of layers and of the head forward by one of their kernels. */
  private Backend counting() {
    return (Backend)
        Proxy.newProxyInstance(
            Backend.class.getClassLoader(),
            new Class<?>[] {Backend.class},
            (proxy, method, arguments) -> {
              gates += method.getName().equals("swiGlu") ? 1 : 0;
              heads += method.getName().equals("softmax") ? 1 : 0;
              try {
                return method.invoke(VECTOR, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @BeforeEach
  void create() {
    model = model(counting());
    oracle = model(Backends.named("scalar"));
  }

  private static DecoderTransformer model(Backend backend) {
    DecoderTransformer out = TinyModels.create(backend, 3);
    out.addAdapter(LoraConfig.allLinear(4, 8), 1);
    Random random = new Random(2);
    out.parameters().forEach(p -> fill(p.value(), random));
    return out;
  }

  private static void fill(Tensor tensor, Random random) {
    for (int i = 0; i < tensor.rows(); i++) {
      for (int j = 0; j < tensor.columns(); j++) {
        tensor.set(i, j, (float) (0.2 * random.nextGaussian()));
      }
    }
  }

  /** Prompts of several lengths that begin with the same ten tokens or have none in common. */
  private static List<OnlinePrompt> prompts(boolean common) {
    List<OnlinePrompt> out = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int[] ids = new int[12 + 2 * i];
      Arrays.setAll(ids, t -> t < 10 && common ? t + 6 : (7 * t + 5) % 23 + 5);
      ids[common ? 10 : 0] = 20 + i;
      out.add(new OnlinePrompt("row " + i, "", ids));
    }
    return out;
  }

  private static RolloutSampler sampler(DecoderTransformer sampled, int slots) {
    SamplingParams params = new SamplingParams(9, TEMPERATURE, 0, 1, 1, 0);
    return new RolloutSampler(
        new TransformerSampler(sampled, slots), ids -> "", Set.of(STOP, 9, 17), params);
  }

  private static List<Rollout> keeping(
      DecoderTransformer sampled, int slots, List<OnlinePrompt> prompts) {
    return sampler(sampled, slots)
        .sampleForTraining(prompts, GENERATIONS, 5, () -> false)
        .orElseThrow();
  }

  /** Forward and back with coefficients that differ from token to token. */
  private List<float[]> gradients(DecoderTransformer of, TokenBatch batch, double temperature) {
    of.clearGradients();
    gates = 0;
    heads = 0;
    TokenStats stats = of.forward(batch, Mode.TRAIN, temperature);
    double[] coefficients = new double[batch.targets().length];
    Arrays.setAll(coefficients, i -> Math.sin(i + 1));
    of.backward(coefficients);
    List<float[]> out = new ArrayList<>();
    out.add(floats(stats.logProbs()));
    out.add(floats(stats.entropies()));
    out.add(floats(stats.logSumSquares()));
    out.add(floats(stats.correct()));
    for (Parameter parameter : of.parameters()) {
      out.add(parameter.gradient().toArray());
    }
    return out;
  }

  private static float[] floats(double[] values) {
    float[] out = new float[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) values[i];
    }
    return out;
  }

  /** Equal but for rounding, which goes by the largest terms of a sum. */
  private static void assertSame(List<float[]> actual, List<float[]> expected) {
    for (int i = 0; i < expected.size(); i++) {
      float largest = 0;
      for (float value : expected.get(i)) {
        largest = Math.max(largest, Math.abs(value));
      }
      assertThat(actual.get(i)).hasSameSizeAs(expected.get(i));
      for (int j = 0; j < expected.get(i).length; j++) {
        assertThat(actual.get(i)[j]).isCloseTo(expected.get(i)[j], within(2e-5f * largest));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 5, 12})
  void gradientsAreThoseOfAPassThatComputesAll(int slots) {
    for (boolean common : new boolean[] {true, false}) {
      List<Rollout> rollouts = keeping(model, slots, prompts(common));
      assertThat(rollouts.stream().mapToInt(Rollout::tokens).distinct().count()).isGreaterThan(2);
      model.hiddenStates(Rollout.batch(rollouts.subList(0, 2)), Mode.REFERENCE);
      List<float[]> kept = gradients(model, Rollout.batch(rollouts), TEMPERATURE);
      assertThat(gates + heads).isZero();
      List<float[]> computed = gradients(model, Rollout.batch(rollouts), TEMPERATURE);
      assertThat(gates).isEqualTo(model.config().layers());
      List<float[]> expected = gradients(oracle, Rollout.batch(rollouts), TEMPERATURE);
      assertSame(kept, expected);
      assertSame(computed, expected);
    }
  }

  @Test
  void anotherTemperatureNeedsTheHeadAlone() {
    List<Rollout> rollouts = keeping(model, 12, prompts(true));
    List<float[]> kept = gradients(model, Rollout.batch(rollouts), 1);
    assertThat(gates).isZero();
    assertThat(heads).isPositive();
    assertSame(kept, gradients(oracle, Rollout.batch(rollouts), 1));
  }

  @Test
  void otherWeightsAndOtherBatchesAreComputed() {
    List<Rollout> rollouts = keeping(model, 12, prompts(true));
    Tensor first = model.parameters().get(0).value();
    first.set(0, 0, first.get(0, 0) + 1e-3f);
    gradients(model, Rollout.batch(rollouts), TEMPERATURE);
    assertThat(gates).isEqualTo(model.config().layers());

    rollouts = keeping(model, 12, prompts(true));
    gradients(model, Rollout.batch(rollouts.subList(0, 6)), TEMPERATURE);
    assertThat(gates).isEqualTo(model.config().layers());
    gradients(model, Rollout.batch(rollouts), TEMPERATURE);
    assertThat(gates).as("overwritten by the batch before").isEqualTo(model.config().layers());

    rollouts = keeping(model, 12, prompts(true));
    TokenBatch other = Rollout.batch(rollouts);
    other.targets()[other.targets().length - 1] ^= 1;
    gradients(model, other, TEMPERATURE);
    assertThat(gates).as("another last token, which has no row").isPositive();
  }

  /** A training pass between sampling and what belongs to it leaves nothing that could be used. */
  @Test
  void aPassInBetweenForgets() {
    List<Rollout> rollouts = sampler(model, 12).sample(prompts(true), GENERATIONS, 5);
    TokenBatch batch = Rollout.batch(rollouts);
    assertThat(model.keepActivations(batch, TEMPERATURE)).isTrue();
    gradients(model, batch, TEMPERATURE);
    model.keepChosen(new int[] {3}, TokenStats.zeros(1), new int[] {0});
    model.matchActivations(batch, batch);
    List<float[]> computed = gradients(model, batch, TEMPERATURE);
    assertThat(gates).isEqualTo(model.config().layers());
    assertSame(computed, gradients(oracle, batch, TEMPERATURE));
  }

  /** Where equal prompts stand apart, the generator computes them once and the batch has two. */
  @Test
  void rowsThatNoPassHasWrittenAreComputed() {
    List<OnlinePrompt> prompts = new ArrayList<>(prompts(true));
    prompts.add(prompts.get(0));
    List<Rollout> rollouts = keeping(model, 15, prompts);
    gradients(model, Rollout.batch(rollouts), TEMPERATURE);
    assertThat(gates).isEqualTo(model.config().layers());
  }

  @Test
  void dropoutAndCheckpointingKeepNothing() {
    DecoderTransformer dropping = TinyModels.create(VECTOR, 3);
    dropping.addAdapter(new LoraConfig(4, 8, 0.1, Set.of("q_proj"), false), 1);
    TokenBatch planned = Rollout.batch(sampler(model, 12).sample(prompts(true), GENERATIONS, 5));
    assertThat(dropping.keepActivations(planned, 1)).isFalse();
    model.checkpointActivations();
    assertThat(model.keepActivations(planned, 1)).isFalse();
    assertThat(keeping(model, 12, prompts(true))).hasSize(12);
    assertThat(TinyModels.create(VECTOR, 3).keepActivations(planned, 1)).isFalse();
  }
}
