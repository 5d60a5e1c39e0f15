package org.align4j.policy.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Top-k and top-p in transformers' order: top-p is a share of what top-k has left. */
class TokenSamplerTest {
  private static final float[] PROBABILITIES = {0.1f, 0.4f, 0.2f, 0.3f};

  private static Set<Integer> drawn(int topK, double topP) {
    Set<Integer> out = new TreeSet<>();
    SamplingParams params = new SamplingParams(1, 1, topK, topP, 1, 0);
    for (int i = 0; i < 1000; i++) {
      out.add(TokenSampler.sample(PROBABILITIES, 4, params, i / 1000.0));
    }
    return out;
  }

  @Test
  void topPIsTakenOfWhatTopKHasLeft() {
    // Of the two likeliest, 0.4 / 0.7 is more than a half already.
    assertThat(drawn(2, 0.5)).containsExactly(1);
    assertThat(drawn(2, 0.6)).containsExactly(1, 3);
    assertThat(drawn(3, 0.75)).as("0.7 / 0.9 suffices").containsExactly(1, 3);
  }

  @Test
  void eachAloneKeepsWhatItSays() {
    assertThat(drawn(0, 0.5)).containsExactly(1, 3);
    assertThat(drawn(0, 0.75)).containsExactly(1, 2, 3);
    assertThat(drawn(3, 1)).containsExactly(1, 2, 3);
    assertThat(drawn(9, 1)).containsExactly(0, 1, 2, 3);
  }

  /** transformers removes what is less likely than the k-th, so its equals stay. */
  @Test
  void tokensAsLikelyAsTheLastOfTopKStay() {
    float[] tied = {0.2f, 0.4f, 0.2f, 0.2f};
    Set<Integer> seen = new TreeSet<>();
    SamplingParams params = new SamplingParams(1, 1, 2, 1, 1, 0);
    for (int i = 0; i < 1000; i++) {
      seen.add(TokenSampler.sample(tied, 4, params, i / 1000.0));
    }
    assertThat(seen).containsExactly(0, 1, 2, 3);
  }

  /** Unlikely tokens count towards top-k though their mass is reached without them. */
  @Test
  void topKOfAFlatTailIsComplete() {
    float[] steep = new float[2000];
    for (int i = 0; i < steep.length; i++) {
      steep[i] = 0.1f / 1999 * (1 - i * 1e-6f);
    }
    steep[7] = 0.9f;
    SamplingParams params = new SamplingParams(1, 1, 1500, 0.95, 1, 0);
    Set<Integer> seen = new TreeSet<>();
    for (int i = 0; i < 20_000; i++) {
      seen.add(TokenSampler.sample(steep, steep.length, params, i / 20_000.0));
    }
    // 0.9 + n * 0.00005 >= 0.95 * (0.9 + 1499 * 0.00005) takes n = 526.
    assertThat(seen).hasSizeBetween(525, 529);
  }
}
