package org.align4j.core.advantage;

import java.util.Arrays;
import java.util.List;

/** Brings per-token values to mean 0 and variance 1 over all tokens of a batch. */
public final class Whitening {
  private static final double SMALLEST_VARIANCE = 1e-8;

  private Whitening() {}

  /**
   * Whitens with the population variance.
   *
   * @param rows one array a completion
   * @param shiftMean whether the mean becomes 0; else it stays (for rewards, whose sign matters)
   * @return new arrays of the same shape
   */
  public static List<double[]> of(List<double[]> rows, boolean shiftMean) {
    long count = rows.stream().mapToLong(row -> row.length).sum();
    double mean = rows.stream().flatMapToDouble(Arrays::stream).sum() / count;
    double variance =
        rows.stream().flatMapToDouble(Arrays::stream).map(x -> (x - mean) * (x - mean)).sum()
            / count;
    double scale = 1 / Math.sqrt(Math.max(variance, SMALLEST_VARIANCE));
    double kept = shiftMean ? 0 : mean;
    return rows.stream()
        .map(row -> Arrays.stream(row).map(x -> (x - mean) * scale + kept).toArray())
        .toList();
  }
}
