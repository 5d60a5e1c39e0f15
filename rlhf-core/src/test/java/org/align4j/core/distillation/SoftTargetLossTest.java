package org.align4j.core.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.Set;
import org.align4j.core.ConfigurationException;
import org.junit.jupiter.api.Test;

class SoftTargetLossTest {
  private static final int VOCABULARY = 1000;

  private static float[] logits(long seed) {
    Random random = new Random(seed);
    float[] out = new float[VOCABULARY];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) (3 * random.nextGaussian());
    }
    return out;
  }

  /** p by a softmax over all tokens, the loss and d loss / d p · d p / d logit by their rules. */
  @Test
  void equalsTheSoftmaxWrittenOut() {
    Set<Integer> tokens = Set.of(0, 7, 500, 999);
    float[] logits = logits(1);
    double sum = 0;
    double inside = 0;
    for (int v = 0; v < VOCABULARY; v++) {
      sum += Math.exp(logits[v]);
      inside += tokens.contains(v) ? Math.exp(logits[v]) : 0;
    }
    double p = inside / sum;
    double t = 0.8;
    float[] gradient = new float[VOCABULARY];
    SoftTargetLoss.Value value =
        new SoftTargetLoss(List.copyOf(tokens)).evaluate(t, logits, gradient);
    assertThat(value.mass()).isCloseTo(p, within(1e-14));
    assertThat(value.loss())
        .isCloseTo(-(t * Math.log(p) + (1 - t) * Math.log(1 - p)), within(1e-12));
    double slope = -t / p + (1 - t) / (1 - p);
    for (int v = 0; v < VOCABULARY; v++) {
      double softmax = Math.exp(logits[v]) / sum;
      double dMass = softmax * ((tokens.contains(v) ? 1 : 0) - p);
      assertThat((double) gradient[v]).isCloseTo(slope * dMass, within(1e-7));
    }
  }

  /** Where p rounds to 1 in a softmax, 1-p is still known; the loss is the logit's distance. */
  @Test
  void massNearOneKeepsItsComplement() {
    float[] logits = {60, 0};
    float[] gradient = new float[2];
    SoftTargetLoss.Value value = new SoftTargetLoss(List.of(0)).evaluate(1, logits, gradient);
    assertThat(value.mass()).isEqualTo(1);
    assertThat(value.loss()).isCloseTo(Math.exp(-60), within(1e-38));
    assertThat((double) gradient[0]).isCloseTo(-Math.exp(-60), within(1e-32));
    assertThat(new SoftTargetLoss(List.of(0)).evaluate(0, logits, gradient).loss())
        .isCloseTo(60, within(1e-12));
    assertThat(gradient).containsExactly(1, -1);
  }

  /** A token whose probability underflows is pulled up with full strength. */
  @Test
  void massNearZeroKeepsItsGradient() {
    float[] gradient = new float[3];
    SoftTargetLoss.Value value =
        new SoftTargetLoss(List.of(0)).evaluate(0.75, new float[] {-2000, 0, 0}, gradient);
    assertThat(value.mass()).isZero();
    assertThat(value.loss()).isCloseTo(0.75 * (2000 + Math.log(2)), within(1e-9));
    assertThat(gradient).containsExactly(-0.75f, 0.375f, 0.375f);
  }

  @Test
  void atTheTargetTheLossIsItsEntropyAndNothingMoves() {
    float[] gradient = new float[2];
    SoftTargetLoss.Value value =
        new SoftTargetLoss(List.of(1))
            .evaluate(0.25, new float[] {(float) Math.log(3), 0}, gradient);
    assertThat(value.mass()).isCloseTo(0.25, within(1e-7));
    assertThat(value.loss())
        .isCloseTo(-(0.25 * Math.log(0.25) + 0.75 * Math.log(0.75)), within(1e-7));
    assertThat(gradient[0]).isCloseTo(0, within(1e-7f));
  }

  @Test
  void wrongTokensAreNamed() {
    assertThatThrownBy(() -> new SoftTargetLoss(List.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("at least one token id");
    assertThatThrownBy(() -> new SoftTargetLoss(List.of(3, -1))).hasMessageContaining("got -1");
    assertThatThrownBy(() -> new SoftTargetLoss(List.of(3, 9)).requireWithin(9))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("token id 9 is outside the vocabulary of 9");
    assertThatThrownBy(() -> new SoftTargetLoss(List.of(0, 1)).requireWithin(2))
        .hasMessageContaining("the whole vocabulary");
  }
}
