package org.align4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedding examples do what they say. */
class EmbedAdaptersTest {
  @TempDir Path folder;

  @Test
  void objectiveAlone() {
    // δ = (−1.6 + 1.9) − (−3.6 + 3.4) = 0.5, loss = −log σ(0.05).
    assertThat(EmbedObjective.evaluate().loss())
        .isCloseTo(-Math.log(1 / (1 + Math.exp(-0.05))), within(1e-12));
  }

  @Test
  void dl4jNetwork() {
    assertThat(EmbedDl4j.train(folder)).isGreaterThan(0.99);
  }

  @Test
  void sameDiffGraph() {
    assertThat(EmbedSameDiff.train(folder)).isGreaterThan(0.8);
  }
}
