package org.align4j.reward.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Probes from sums against probes from rows. */
class FoldSumsTest {
  private static final int FEATURES = 5;
  private static final double PENALTY = 2;

  private static double[][] random(int rows, double center, long seed) {
    Random random = new Random(seed);
    return IntStream.range(0, rows)
        .mapToObj(i -> random.doubles(FEATURES).map(x -> x + center).toArray())
        .toArray(double[][]::new);
  }

  private static GroupedRequests requests(int harmful, int one, int other) {
    return new GroupedRequests(texts(harmful), Map.of("one", texts(one), "other", texts(other)));
  }

  private static List<String> texts(int count) {
    return IntStream.range(0, count).mapToObj(i -> "text " + i).toList();
  }

  /** Both sides get half of the weight, whatever their numbers. */
  @Test
  void ridgeIsThatOfTheWeightedRows() {
    double[][] positive = random(9, 0.5, 1);
    double[][] negative = random(4, 0, 2);
    double[][] rows = new double[13][];
    double[] targets = new double[13];
    for (int i = 0; i < rows.length; i++) {
      double weight = i < 9 ? 13 / 18.0 : 13 / 8.0;
      rows[i] = Vectors.scaled(Math.sqrt(weight), i < 9 ? positive[i] : negative[i - 9]);
      targets[i] = (i < 9 ? 1 : -1) * Math.sqrt(weight);
    }
    assertThat(
            FoldSums.ridge(
                FoldSums.of(List.of(positive), FEATURES),
                FoldSums.of(List.of(negative), FEATURES),
                PENALTY))
        .containsExactly(LinearProbe.ridge(rows, targets, PENALTY), within(1e-9));
  }

  /** A row's score comes from probes fitted to the rows of the other folds alone. */
  @Test
  void scoresOutOfFoldDoNotKnowTheirRow() {
    double[][] states = random(30, 0, 3);
    GroupedRows rows = GroupedRows.of(states, requests(10, 12, 8));
    GroupProbes.Fit fit = GroupProbes.fit(rows, PENALTY, 3);
    double[] mean = LinearProbe.mean(states);
    double[] scale = LinearProbe.scale(states, mean);
    for (int fold = 0; fold < 3; fold++) {
      List<LinearProbe> probes = new ArrayList<>();
      for (int group = 1; group < 3; group++) {
        FoldSums harmful = without(fold, states, mean, scale, 0, 10);
        FoldSums other =
            without(fold, states, mean, scale, rows.starts()[group], rows.starts()[group + 1]);
        probes.add(new LinearProbe(mean, scale, FoldSums.ridge(harmful, other, PENALTY)));
      }
      for (int i = fold; i < states.length; i += 3) {
        assertThat(fit.outOfFold()[i])
            .isCloseTo(new GroupProbes(probes).score(states[i]), within(1e-9));
      }
    }
  }

  private static FoldSums without(
      int fold, double[][] states, double[] mean, double[] scale, int from, int to) {
    List<double[]> rows = new ArrayList<>();
    for (int i = from; i < to; i++) {
      if (i % 3 != fold) {
        rows.add(LinearProbe.standardised(states[i], mean, scale));
      }
    }
    return FoldSums.of(rows, FEATURES);
  }
}
