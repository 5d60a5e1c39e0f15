package org.align4j.policy.edit;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.DecoderTransformer;

/** What blocks that are edited have in common. */
final class LayerWeights {
  private LayerWeights() {}

  /** Base weights by their names, [outputs][inputs] each; a vector has one row. */
  static Map<String, double[][]> read(DecoderTransformer model, Predicate<String> names) {
    Map<String, double[][]> found = new HashMap<>();
    model.showWeights(
        (name, weight) -> {
          if (names.test(name)) {
            found.put(name, rows(weight));
          }
        });
    return found;
  }

  private static double[][] rows(Tensor weight) {
    return IntStream.range(0, weight.rows()).mapToObj(weight::doubleRow).toArray(double[][]::new);
  }

  static double[] column(double[][] rows, int index) {
    return IntStream.range(0, rows.length).mapToDouble(row -> rows[row][index]).toArray();
  }

  /** The parts that matter least, of so many. */
  static List<Integer> weakest(int count, int of, IntToDoubleFunction strength) {
    double[] strengths = IntStream.range(0, of).mapToDouble(strength).toArray();
    return IntStream.range(0, of)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> strengths[i]))
        .limit(count)
        .toList();
  }
}
