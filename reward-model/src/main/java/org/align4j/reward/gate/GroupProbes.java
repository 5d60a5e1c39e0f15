package org.align4j.reward.gate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A linear probe for each group of harmless requests, which tells the harmful ones from that group.
 * The score is the lowest of theirs: a request counts as harmful if it is unlike every group. One
 * probe for all groups would have to give up one group for another.
 */
record GroupProbes(List<LinearProbe> probes) {

  /**
   * Probes of all rows, and what probes that have not seen a row say of it.
   *
   * @param probes fitted to all rows
   * @param outOfFold the score of every row by probes that were fitted without its fold
   */
  record Fit(GroupProbes probes, double[] outOfFold) {}

  /** Fits them by ridge regression; features are standardised over all rows. */
  static Fit fit(GroupedRows rows, double penalty, int folds) {
    double[] mean = LinearProbe.mean(rows.states());
    double[] scale = LinearProbe.scale(rows.states(), mean);
    double[][] standardised =
        Arrays.stream(rows.states())
            .map(state -> LinearProbe.standardised(state, mean, scale))
            .toArray(double[][]::new);
    List<List<FoldSums>> sums = new ArrayList<>();
    for (int group = 0; group < rows.groups(); group++) {
      int from = rows.starts()[group];
      sums.add(FoldSums.byFold(standardised, from, rows.starts()[group + 1], folds));
    }
    double[] outOfFold = new double[standardised.length];
    for (int fold = 0; fold < folds; fold++) {
      GroupProbes probes = fit(sums, fold, mean, scale, penalty);
      for (int i = fold; i < outOfFold.length; i += folds) {
        outOfFold[i] = probes.score(rows.states()[i]);
      }
    }
    return new Fit(fit(sums, folds, mean, scale, penalty), outOfFold);
  }

  /** Without one fold; without none if there is no such fold. */
  private static GroupProbes fit(
      List<List<FoldSums>> sums, int without, double[] mean, double[] scale, double penalty) {
    List<FoldSums> totals =
        sums.stream()
            .map(
                folds ->
                    IntStream.range(0, folds.size())
                        .filter(fold -> fold != without)
                        .mapToObj(folds::get)
                        .reduce(FoldSums::plus)
                        .orElseThrow())
            .toList();
    return new GroupProbes(
        totals.subList(1, totals.size()).stream()
            .map(group -> FoldSums.ridge(totals.get(0), group, penalty))
            .map(weights -> new LinearProbe(mean, scale, weights))
            .toList());
  }

  double score(double[] state) {
    return probes.stream().mapToDouble(probe -> probe.score(state)).min().orElseThrow();
  }
}
