package org.align4j.policy.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SequenceTest {

  /** The seed of the next round must not give the numbers of this one, one token later. */
  @Test
  void completionsOfNeighbouringSeedsShareNoNumbers() {
    Set<Double> drawn = new HashSet<>();
    for (long seed = 0; seed < 16; seed++) {
      for (int index = 0; index < 16; index++) {
        Sequence sequence = new Sequence(index, new int[] {1}, 4, seed);
        for (int token = 0; token < 32; token++) {
          assertThat(drawn.add(sequence.random.nextDouble()))
              .as("seed %d, completion %d, token %d", seed, index, token)
              .isTrue();
        }
      }
    }
  }
}
