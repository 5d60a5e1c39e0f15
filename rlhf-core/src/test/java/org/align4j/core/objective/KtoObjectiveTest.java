package org.align4j.core.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.align4j.core.tck.RaggedRows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KtoObjectiveTest {
  private static final double POINT = 0.4;

  private static UnpairedLogProbs random() {
    Random random = new Random(9);
    int[] lengths = {3, 1, 4, 2};
    return new UnpairedLogProbs(
        RaggedRows.random(random, lengths, -3, -0.1),
        RaggedRows.random(random, lengths, -3, -0.1),
        new boolean[] {true, false, false, true});
  }

  @ParameterizedTest
  @EnumSource(KtoLoss.class)
  void goodCompletionsRiseAndBadOnesFall(KtoLoss loss) {
    UnpairedLogProbs input = random();
    UnpairedValue value = new KtoObjective(0.5, loss, 1, 1).evaluate(input, POINT, 4);
    for (int i = 0; i < input.size(); i++) {
      double expected = input.desirable()[i] ? -1 : 1;
      assertThat(Math.signum(value.dPolicy().get(i)[0])).isEqualTo(expected);
    }
  }

  @Test
  void equalPolicyAndReferenceGiveAHalf() {
    List<double[]> rows = List.of(new double[] {-1, -2}, new double[] {-0.5});
    UnpairedLogProbs input = new UnpairedLogProbs(rows, rows, new boolean[] {true, false});
    KtoObjective kto = new KtoObjective(0.1, KtoLoss.KTO, 1, 1);
    assertThat(kto.evaluate(input, 0, 2).loss()).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void emptyCompletionIsRefused() {
    List<double[]> empty = List.of(new double[0]);
    assertThatThrownBy(() -> new UnpairedLogProbs(empty, empty, new boolean[] {true}))
        .hasMessageContaining("at least one");
  }
}
