package org.align4j.reward.gate;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.align4j.policy.model.DecoderTransformer;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.RealMatrix;

/**
 * What lies between the residual stream and a layer's feed-forward block.
 *
 * @param norm weight of the norm before the block
 */
record ResidualWeights(double[] norm) {

  static ResidualWeights of(DecoderTransformer model, int layer) {
    return new ResidualWeights(
        norm(model, "model.layers." + layer + ".post_attention_layernorm.weight"));
  }

  /** The weight of a norm by its Hugging Face name. */
  static double[] norm(DecoderTransformer model, String name) {
    List<double[]> found = new ArrayList<>();
    model.showWeights(
        (shown, weight) -> {
          if (shown.equals(name)) {
            found.add(weight.doubleRow(0));
          }
        });
    return found.get(0);
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
    EigenDecomposition values = new EigenDecomposition(scatter(streams));
    // They come in falling order.
    return IntStream.rangeClosed(1, count)
        .mapToObj(i -> values.getEigenvector(norm.length - i).toArray())
        .toList();
  }

  /** The covariance times the number of rows. */
  private static RealMatrix scatter(double[][] rows) {
    double[] mean = LinearProbe.mean(rows);
    double[][] centred = new double[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      centred[i] = Vectors.sum(rows[i], Vectors.scaled(-1, mean));
    }
    double[][] lower = SymmetricSystem.scatter(centred);
    RealMatrix out = new Array2DRowRealMatrix(mean.length, mean.length);
    for (int i = 0; i < lower.length; i++) {
      for (int j = 0; j <= i; j++) {
        out.setEntry(i, j, lower[i][j]);
        out.setEntry(j, i, lower[i][j]);
      }
    }
    return out;
  }

  /** How the input of the layer's feed-forward block shows a direction of the stream. */
  double[] reading(double[] direction) {
    return Vectors.quotient(direction, norm);
  }
}
