package org.align4j.reward.gate;

import java.util.HashMap;
import java.util.Map;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.DecoderTransformer;

/** The direction of the residual stream that raises a token's logit above the others' mean. */
final class TokenDirection {
  private static final String EMBEDDING = "model.embed_tokens.weight";
  private static final String HEAD = "lm_head.weight";
  private static final String FINAL_NORM = "model.norm.weight";

  private TokenDirection() {}

  /** Of length 1. */
  static double[] of(DecoderTransformer model, int token) {
    String head = model.config().tiedHead() ? EMBEDDING : HEAD;
    Map<String, double[]> found = new HashMap<>();
    model.showWeights(
        (name, weight) -> {
          if (name.equals(FINAL_NORM)) {
            found.put(name, weight.doubleRow(0));
          } else if (name.equals(head)) {
            found.put(name, aboveMean(weight, token));
          }
        });
    return Vectors.unit(Vectors.product(found.get(head), found.get(FINAL_NORM)));
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
}
