package org.align4j.policy.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.Parameter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdamWTest {
  private static final Backend BACKEND = Backends.defaultBackend();
  private static final AdamW.Settings SETTINGS = new AdamW.Settings(0.9, 0.98, 1e-6, 0.1);
  private static final double RATE = 0.02;
  private static final float[] WEIGHTS = {0.5f, -1.25f, 2, 0, 0.003f, -4};
  private static final float[][] GRADIENTS = {
    {1, -0.5f, 0.25f, 2, 1e-4f, -3},
    {-1, -0.5f, 0.5f, 0, 2e-4f, 1},
    {0.1f, 4, -0.25f, 0, -1e-3f, 1},
    {0.2f, -2, 0.125f, -1, 3e-4f, -2},
    {0, 0.75f, 0.5f, 1, 1e-4f, 0.5f}
  };

  private static Parameter matrix() {
    return Parameter.matrix("weight", Tensor.of(2, 3, WEIGHTS), Tensor.zeros(2, 3));
  }

  private static void step(AdamW optimizer, Parameter parameter, int number) {
    parameter.gradient().copyFrom(Tensor.of(2, 3, GRADIENTS[number]));
    optimizer.step(RATE);
  }

  /** Its moments are the gradient and its square, so that the step is the rate times its sign. */
  @Test
  void theFirstStepFollowsTheSignOfTheGradient() {
    Parameter parameter = matrix();
    step(new AdamW(BACKEND, SETTINGS, List.of(parameter)), parameter, 0);
    float[] moved = parameter.value().toArray();
    for (int i = 0; i < moved.length; i++) {
      double gradient = GRADIENTS[0][i];
      double expected =
          WEIGHTS[i] * (1 - RATE * 0.1) - RATE * gradient / (Math.abs(gradient) + 1e-6);
      assertThat((double) moved[i]).as("weight %d", i).isCloseTo(expected, within(1e-6));
    }
  }

  /** Loshchilov and Hutter 2019 (arXiv 1711.05101), algorithm 2, written out. */
  @Test
  void laterStepsCorrectTheBiasOfBothMoments() {
    Parameter parameter = matrix();
    AdamW optimizer = new AdamW(BACKEND, SETTINGS, List.of(parameter));
    double[] weight = new double[WEIGHTS.length];
    double[] first = new double[WEIGHTS.length];
    double[] second = new double[WEIGHTS.length];
    for (int i = 0; i < weight.length; i++) {
      weight[i] = WEIGHTS[i];
    }
    for (int t = 1; t <= GRADIENTS.length; t++) {
      step(optimizer, parameter, t - 1);
      for (int i = 0; i < weight.length; i++) {
        double gradient = GRADIENTS[t - 1][i];
        first[i] = 0.9 * first[i] + 0.1 * gradient;
        second[i] = 0.98 * second[i] + 0.02 * gradient * gradient;
        double mean = first[i] / (1 - Math.pow(0.9, t));
        double square = second[i] / (1 - Math.pow(0.98, t));
        weight[i] -= RATE * (0.1 * weight[i] + mean / (Math.sqrt(square) + 1e-6));
        assertThat((double) parameter.value().toArray()[i])
            .as("weight %d after step %d", i, t)
            .isCloseTo(weight[i], within(2e-6));
      }
    }
    assertThat(optimizer.steps()).isEqualTo(GRADIENTS.length);
  }

  /** The file holds the lines of Python that made it. */
  @ParameterizedTest
  @ValueSource(strings = {"scalar", "portable", "nd4j", "default"})
  void stepsAreThoseOfTorch(String name) throws IOException {
    Backend backend = name.equals("default") ? BACKEND : Backends.named(name);
    JsonNode torch;
    try (InputStream file = AdamWTest.class.getResourceAsStream("/adamw-torch.json")) {
      torch = new ObjectMapper().readTree(file);
    }
    Parameter parameter = matrix();
    AdamW optimizer = new AdamW(backend, SETTINGS, List.of(parameter));
    JsonNode steps = torch.get("weights");
    assertThat(steps).hasSize(GRADIENTS.length);
    for (int t = 0; t < GRADIENTS.length; t++) {
      step(optimizer, parameter, t);
      float[] weights = parameter.value().toArray();
      for (int i = 0; i < weights.length; i++) {
        assertThat((double) weights[i])
            .as("weight %d after step %d", i, t + 1)
            .isCloseTo(steps.get(t).get(i).doubleValue(), within(1e-6));
      }
    }
  }

  @Test
  void decayActsOnMatricesAlone() {
    Parameter matrix = matrix();
    Parameter norm = Parameter.exempt("norm", Tensor.of(2, 3, WEIGHTS), Tensor.zeros(2, 3));
    AdamW optimizer = new AdamW(BACKEND, SETTINGS, List.of(matrix, norm));
    optimizer.step(RATE);
    assertThat(norm.value().toArray()).containsExactly(WEIGHTS);
    for (int i = 0; i < WEIGHTS.length; i++) {
      assertThat(matrix.value().toArray()[i])
          .isCloseTo((float) (WEIGHTS[i] * (1 - RATE * 0.1)), within(1e-6f));
    }
  }

  @Test
  void aRateOfZeroMovesNothingButTheMoments() {
    Parameter parameter = matrix();
    AdamW optimizer = new AdamW(BACKEND, SETTINGS, List.of(parameter));
    parameter.gradient().copyFrom(Tensor.of(2, 3, GRADIENTS[0]));
    optimizer.step(0);
    assertThat(parameter.value().toArray()).containsExactly(WEIGHTS);
    assertThat(optimizer.state().get("weight.exp_avg").get(0, 0)).isCloseTo(0.1f, within(1e-7f));
  }

  @Test
  void momentsHaveTorchsNames() {
    Parameter parameter = matrix();
    AdamW optimizer = new AdamW(BACKEND, SETTINGS, List.of(parameter));
    step(optimizer, parameter, 0);
    Map<String, Tensor> state = optimizer.state();
    assertThat(state).containsOnlyKeys("weight.exp_avg", "weight.exp_avg_sq");
    assertThat(state.get("weight.exp_avg").get(1, 2)).isCloseTo(-0.3f, within(1e-6f));
    assertThat(state.get("weight.exp_avg_sq").get(1, 2)).isCloseTo(0.18f, within(1e-6f));
  }

  @Test
  void aRunThatIsResumedEndsWhereTheOtherDoes() {
    assertThat(resumed(true)).containsExactly(uninterrupted());
    // Without the number of steps the bias would be corrected as at the beginning.
    assertThat(resumed(false)).isNotEqualTo(uninterrupted());
  }

  private static float[] uninterrupted() {
    Parameter parameter = matrix();
    AdamW optimizer = new AdamW(BACKEND, SETTINGS, List.of(parameter));
    for (int t = 0; t < GRADIENTS.length; t++) {
      step(optimizer, parameter, t);
    }
    return parameter.value().toArray();
  }

  private static float[] resumed(boolean withSteps) {
    Parameter before = matrix();
    AdamW first = new AdamW(BACKEND, SETTINGS, List.of(before));
    step(first, before, 0);
    step(first, before, 1);
    Parameter after = matrix();
    after.value().copyFrom(before.value());
    AdamW second = new AdamW(BACKEND, SETTINGS, List.of(after));
    second.state().forEach((name, moment) -> moment.copyFrom(first.state().get(name)));
    if (withSteps) {
      second.resumeAt(first.steps());
    }
    for (int t = 2; t < GRADIENTS.length; t++) {
      step(second, after, t);
    }
    return after.value().toArray();
  }

  @Test
  void clippingScalesAllGradientsByOneFactor() {
    List<Parameter> parameters = new ArrayList<>();
    for (float[] gradient : new float[][] {{3, 0}, {0, 4}}) {
      parameters.add(Parameter.matrix("p", Tensor.zeros(1, 2), Tensor.of(1, 2, gradient)));
    }
    assertThat(GradientClipper.norm(BACKEND, parameters)).isCloseTo(5, within(1e-6));
    assertThat(GradientClipper.clip(BACKEND, parameters, 0)).isCloseTo(5, within(1e-6));
    assertThat(GradientClipper.clip(BACKEND, parameters, 6)).isCloseTo(5, within(1e-6));
    assertThat(parameters.get(0).gradient().toArray()).containsExactly(3, 0);
    assertThat(GradientClipper.clip(BACKEND, parameters, 1)).isCloseTo(5, within(1e-6));
    assertThat(parameters.get(0).gradient().get(0, 0)).isCloseTo(0.6f, within(1e-6f));
    assertThat(parameters.get(1).gradient().get(0, 1)).isCloseTo(0.8f, within(1e-6f));
  }
}
