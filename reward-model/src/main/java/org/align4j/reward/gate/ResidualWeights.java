package org.align4j.reward.gate;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.DecoderTransformer;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.stat.correlation.Covariance;

/**
 * What lies between the residual stream and those who read it.
 *
 * @param norm weight of the norm before a layer's feed-forward block
 * @param finalNorm weight of the norm before the head
 * @param head [vocabulary][hidden]
 */
record ResidualWeights(double[] norm, double[] finalNorm, float[][] head) {
  private static final String EMBEDDING = "model.embed_tokens.weight";
  private static final String HEAD = "lm_head.weight";
  private static final String FINAL_NORM = "model.norm.weight";

  static ResidualWeights of(DecoderTransformer model, int layer) {
    String head = model.config().tiedHead() ? EMBEDDING : HEAD;
    Set<String> wanted = Set.of(norm(layer), FINAL_NORM, head);
    Map<String, float[][]> found = new HashMap<>();
    model.showWeights(
        (name, weight) -> {
          if (wanted.contains(name)) {
            found.put(name, rows(weight));
          }
        });
    return new ResidualWeights(
        doubles(found.get(norm(layer))[0]), doubles(found.get(FINAL_NORM)[0]), found.get(head));
  }

  private static String norm(int layer) {
    return "model.layers." + layer + ".post_attention_layernorm.weight";
  }

  private static float[][] rows(Tensor weight) {
    float[][] out = new float[weight.rows()][weight.columns()];
    for (int r = 0; r < out.length; r++) {
      weight.readRow(r, out[r], 0);
    }
    return out;
  }

  private static double[] doubles(float[] values) {
    double[] out = new double[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = values[i];
    }
    return out;
  }

  /**
   * The direction of the residual stream that tells the least: in which it varies least.
   *
   * @param inputs of the layer's feed-forward block, many more than they have numbers
   */
  double[] quietDirection(double[][] inputs) {
    double[][] streams = new double[inputs.length][];
    for (int i = 0; i < inputs.length; i++) {
      streams[i] = Vectors.quotient(inputs[i], norm);
    }
    RealMatrix covariance = new Covariance(streams).getCovarianceMatrix();
    // Values come in falling order.
    EigenDecomposition found =
        new EigenDecomposition(MatrixUtils.createRealMatrix(covariance.getData()));
    return found.getEigenvector(norm.length - 1).toArray();
  }

  /** How the input of the layer's feed-forward block shows a direction of the stream. */
  double[] reading(double[] direction) {
    return Vectors.quotient(direction, norm);
  }

  /** The direction that raises a token's logit above the others' mean. */
  double[] tokenDirection(int token) {
    double[] out = new double[norm.length];
    for (float[] row : head) {
      for (int i = 0; i < out.length; i++) {
        out[i] -= row[i] / (double) head.length;
      }
    }
    for (int i = 0; i < out.length; i++) {
      out[i] = (out[i] + head[token][i]) * finalNorm[i];
    }
    return Vectors.unit(out);
  }
}
