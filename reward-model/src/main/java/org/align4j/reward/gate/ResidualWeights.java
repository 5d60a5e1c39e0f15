package org.align4j.reward.gate;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.DecoderTransformer;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.stat.correlation.Covariance;

/**
 * What lies between the residual stream and those who read it.
 *
 * @param norm weight of the norm before a layer's feed-forward block
 * @param tokenDirection of length 1: raises a token's logit above the others' mean
 */
record ResidualWeights(double[] norm, double[] tokenDirection) {
  private static final String EMBEDDING = "model.embed_tokens.weight";
  private static final String HEAD = "lm_head.weight";
  private static final String FINAL_NORM = "model.norm.weight";

  static ResidualWeights of(DecoderTransformer model, int layer, int token) {
    String norm = "model.layers." + layer + ".post_attention_layernorm.weight";
    String head = model.config().tiedHead() ? EMBEDDING : HEAD;
    Map<String, double[]> found = new HashMap<>();
    model.showWeights(
        (name, weight) -> {
          if (name.equals(norm) || name.equals(FINAL_NORM)) {
            found.put(name, weight.doubleRow(0));
          } else if (name.equals(head)) {
            found.put(name, aboveMean(weight, token));
          }
        });
    double[] direction = Vectors.product(found.get(head), found.get(FINAL_NORM));
    return new ResidualWeights(found.get(norm), Vectors.unit(direction));
  }

  /** A row of a matrix without the mean of all rows. */
  private static double[] aboveMean(Tensor weight, int row) {
    double[] out = new double[weight.columns()];
    float[] values = new float[out.length];
    for (int r = 0; r < weight.rows(); r++) {
      weight.readRow(r, values, 0);
      for (int i = 0; i < out.length; i++) {
        out[i] -= values[i] / (double) weight.rows();
      }
    }
    return Vectors.sum(out, weight.doubleRow(row));
  }

  /**
   * The directions of the residual stream that tell the least: in which it varies least.
   *
   * @param inputs of the layer's feed-forward block, many more than they have numbers
   * @return of length 1 and orthogonal to each other
   */
  List<double[]> quietDirections(double[][] inputs, int count) {
    double[][] streams = new double[inputs.length][];
    for (int i = 0; i < inputs.length; i++) {
      streams[i] = Vectors.quotient(inputs[i], norm);
    }
    EigenDecomposition values =
        new EigenDecomposition(new Covariance(streams).getCovarianceMatrix());
    // They come in falling order.
    return IntStream.rangeClosed(1, count)
        .mapToObj(i -> values.getEigenvector(norm.length - i).toArray())
        .toList();
  }

  /** How the input of the layer's feed-forward block shows a direction of the stream. */
  double[] reading(double[] direction) {
    return Vectors.quotient(direction, norm);
  }
}
