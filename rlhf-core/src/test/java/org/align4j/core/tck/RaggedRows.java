package org.align4j.core.tck;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Rows of different lengths, {@code [completion][token]}, for tests. */
public final class RaggedRows {
  private RaggedRows() {}

  /** Uniform numbers between two bounds. */
  public static List<double[]> random(Random random, int[] lengths, double low, double high) {
    return Arrays.stream(lengths)
        .mapToObj(length -> random.doubles(length, low, high).toArray())
        .toList();
  }

  /** One number at every token. */
  public static List<double[]> filled(int[] lengths, double value) {
    return Arrays.stream(lengths)
        .mapToObj(
            length -> {
              double[] row = new double[length];
              Arrays.fill(row, value);
              return row;
            })
        .toList();
  }

  /** A copy whose arrays are copies. */
  public static List<double[]> copy(List<double[]> rows) {
    return rows.stream().map(double[]::clone).toList();
  }

  /** The rows from the last to the first. */
  public static List<double[]> reversed(List<double[]> rows) {
    List<double[]> out = new ArrayList<>(rows);
    Collections.reverse(out);
    return out;
  }

  /** Rows {@code from .. to - 1}; an empty list stays empty. */
  static List<double[]> part(List<double[]> rows, int from, int to) {
    return rows.isEmpty() ? rows : rows.subList(from, to);
  }
}
