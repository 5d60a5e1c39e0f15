package org.align4j.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.optim.GradientClipper;
import org.align4j.policy.tck.RandomWeights;
import org.align4j.policy.tck.WeightCheck;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ActorCriticTest {
  private static final Backend BACKEND = Backends.defaultBackend();
  private static final double TEMPERATURE = 0.7;
  private static final TokenBatch BATCH =
      TokenBatch.of(
          List.of(
              new PromptCompletions(
                  new int[] {1, 5, 7}, List.of(new int[] {3, 4, 8}, new int[] {11})),
              new PromptCompletions(new int[] {2}, List.of(new int[] {6, 9}))));
  private static final double[] POLICY_WEIGHTS =
      new Random(3).doubles(BATCH.targets().length, -1, 1).toArray();
  private static final double[] VALUE_WEIGHTS =
      new Random(4).doubles(BATCH.targets().length, -1, 1).toArray();

  private static DecoderTransformer decoder(boolean adapter, long seed) {
    DecoderTransformer decoder = TinyModels.create(BACKEND, seed);
    if (adapter) {
      decoder.addAdapter(LoraConfig.allLinear(3, 6), seed);
      RandomWeights.fill(decoder.parameters(), seed);
    } else {
      decoder.trainAllWeights();
    }
    return decoder;
  }

  private static ActorCritic create(boolean shared, boolean adapter) {
    DecoderTransformer policy = decoder(adapter, 1);
    ActorCritic model =
        shared
            ? ActorCritic.sharedTrunk(policy, BACKEND)
            : ActorCritic.separate(policy, new ScalarModel(decoder(adapter, 2), BACKEND), BACKEND);
    RandomWeights.fill(List.of(head(model)), 5);
    return model;
  }

  private static Parameter head(ActorCritic model) {
    return model.parameters().stream()
        .filter(parameter -> parameter.name().equals("critic.score.weight"))
        .findFirst()
        .orElseThrow();
  }

  /** Σ of log-probs and of values, each with a weight of its own. */
  private static double loss(ActorCritic model) {
    ActorCritic.Pass pass = model.forward(BATCH, Mode.EVALUATE, TEMPERATURE);
    double sum = 0;
    for (int t = 0; t < POLICY_WEIGHTS.length; t++) {
      sum += POLICY_WEIGHTS[t] * pass.stats().logProbs()[t];
      sum += VALUE_WEIGHTS[t] * pass.values()[t];
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource({"false,false", "false,true", "true,false", "true,true"})
  void gradientsEqualFiniteDifferences(boolean shared, boolean adapter) {
    ActorCritic model = create(shared, adapter);
    model.clearGradients();
    model.forward(BATCH, Mode.TRAIN, TEMPERATURE);
    model.backward(POLICY_WEIGHTS, VALUE_WEIGHTS);
    WeightCheck.check(() -> loss(model), model.parameters());
  }

  @Test
  void gradientsOfTwoPassesAddUp() {
    ActorCritic model = create(true, true);
    model.clearGradients();
    List<float[]> once = new ArrayList<>();
    for (int pass = 0; pass < 2; pass++) {
      model.forward(BATCH, Mode.TRAIN, TEMPERATURE);
      model.backward(POLICY_WEIGHTS, VALUE_WEIGHTS);
      if (pass == 0) {
        model.parameters().forEach(parameter -> once.add(parameter.gradient().toArray()));
      }
    }
    for (int i = 0; i < once.size(); i++) {
      float[] twice = model.parameters().get(i).gradient().toArray();
      for (int j = 0; j < twice.length; j++) {
        float expected = 2 * once.get(i)[j];
        assertThat(twice[j]).isCloseTo(expected, within(1e-4f * Math.max(1, Math.abs(expected))));
      }
    }
    model.clearGradients();
    assertThat(GradientClipper.norm(BACKEND, model.parameters())).isEqualTo(0);
  }

  /** A value is that of the state before a token: it does not see the token. */
  @Test
  void aValueDoesNotDependOnTheTokenThatFollows() {
    ActorCritic model = create(false, false);
    double[] values = model.forward(BATCH, Mode.EVALUATE, 1).values();
    TokenBatch other =
        TokenBatch.of(
            List.of(
                new PromptCompletions(
                    new int[] {1, 5, 7}, List.of(new int[] {20, 21, 22}, new int[] {11})),
                new PromptCompletions(new int[] {2}, List.of(new int[] {6, 9}))));
    double[] changed = model.forward(other, Mode.EVALUATE, 1).values();
    assertThat(changed[0]).isCloseTo(values[0], within(1e-5));
    assertThat(changed[1]).isNotCloseTo(values[1], within(1e-3));
  }

  @Test
  void namesOfTheCriticsWeightsDiffer() {
    for (boolean shared : new boolean[] {true, false}) {
      List<String> names = create(shared, true).parameters().stream().map(Parameter::name).toList();
      assertThat(names).doesNotHaveDuplicates().contains("critic.score.weight");
    }
  }
}
