package org.align4j.policy.edit;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.align4j.policy.backend.AttentionShape;
import org.align4j.policy.model.DecoderTransformer;

/**
 * The weights of a layer's attention, read from the base. Query heads that share a key/value head
 * are a group.
 *
 * @param prefix of the names of its weights, with a dot at the end
 * @param shape heads and their width
 * @param norm weight of the norm before it
 * @param query [query heads · width][hidden]
 * @param key [key/value heads · width][hidden]
 * @param value [key/value heads · width][hidden]
 * @param output [hidden][query heads · width]
 */
record AttentionBlock(
    String prefix,
    AttentionShape shape,
    double[] norm,
    double[][] query,
    double[][] key,
    double[][] value,
    double[][] output) {
  static final String QUERY = "q_proj";
  static final String KEY = "k_proj";
  static final String VALUE = "v_proj";
  static final String OUTPUT = "o_proj";

  static AttentionBlock of(DecoderTransformer model, int layer) {
    String prefix = prefix(layer);
    String norm = "model.layers." + layer + ".input_layernorm.weight";
    Map<String, double[][]> found =
        LayerWeights.read(
            model,
            name -> name.equals(norm) || (name.startsWith(prefix) && name.endsWith(".weight")));
    return new AttentionBlock(
        prefix,
        model.config().attention(layer),
        found.get(norm)[0],
        found.get(prefix + QUERY + ".weight"),
        found.get(prefix + KEY + ".weight"),
        found.get(prefix + VALUE + ".weight"),
        found.get(prefix + OUTPUT + ".weight"));
  }

  /** What the names of a layer's weights begin with. */
  static String prefix(int layer) {
    return "model.layers." + layer + ".self_attn.";
  }

  double[] outputColumn(int column) {
    return LayerWeights.column(output, column);
  }

  /** The groups that matter least: whose products of output and value weights are the smallest. */
  List<Integer> idleGroups(int count) {
    return LayerWeights.weakest(count, shape.kvHeads(), this::strength);
  }

  /** Squared Frobenius norm of what a group's heads make of tokens that they attend to. */
  private double strength(int group) {
    double sum = 0;
    for (int head = 0; head < shape.groupSize(); head++) {
      int first = (group * shape.groupSize() + head) * shape.headDim();
      double[][] columns =
          IntStream.range(first, first + shape.headDim())
              .mapToObj(this::outputColumn)
              .toArray(double[][]::new);
      // |O V|² = Σ_ij (OᵀO)_ij (V Vᵀ)_ij
      for (int i = 0; i < shape.headDim(); i++) {
        for (int j = 0; j < shape.headDim(); j++) {
          sum += dot(columns[i], columns[j]) * valueProduct(group, i, j);
        }
      }
    }
    return sum;
  }

  private double valueProduct(int group, int i, int j) {
    double[] a = value[group * shape.headDim() + i];
    double[] b = value[group * shape.headDim() + j];
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += a[k] * b[k] * norm[k] * norm[k];
    }
    return sum;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += a[k] * b[k];
    }
    return sum;
  }
}
