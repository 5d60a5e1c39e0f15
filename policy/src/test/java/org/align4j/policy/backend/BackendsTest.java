package org.align4j.policy.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BackendsTest {
  @Test
  void aNameThatDoesNotExistIsAnError() {
    assertThatThrownBy(() -> Backends.named("tpu"))
        .hasMessageContaining("align4j.backend is \"tpu\"")
        .hasMessageContaining("vector, portable, scalar, nd4j");
  }

  @Test
  void aBackendAnswersToItsName() {
    for (String name : new String[] {"portable", "scalar", "nd4j"}) {
      assertThat(Backends.named(name).name()).isEqualTo(name);
    }
  }

  @Test
  void onlyTheVectorBackendHasOtherPrecisions() {
    assertThatThrownBy(() -> Backends.named("portable", Precision.BFLOAT16))
        .hasMessageContaining("backend \"portable\" has no dtype");
  }
}
