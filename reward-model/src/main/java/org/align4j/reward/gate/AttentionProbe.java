package org.align4j.reward.gate;

import java.util.Arrays;
import java.util.List;
import org.align4j.policy.backend.Tensor;

/**
 * Scores of a prompt, one for each group of harmless requests, from all of its tokens. With z_t the
 * features of token t and e those of the prompt's end,
 *
 * <pre>score_g = Σ_h Σ_t softmax_t(key_h · z_t) (value_hg · z_t) + end_g · e + constant_g</pre>
 *
 * <p>A prompt counts as harmful if it is unlike every group, so what counts is the lowest score.
 *
 * @param keys of each head, [heads][hidden]
 * @param values of each head, those of its groups one after another, [heads · groups][hidden]
 * @param ends [groups][hidden]
 * @param constants [groups]
 */
record AttentionProbe(float[][] keys, float[][] values, float[][] ends, float[] constants) {

  /** Reads the rows of a matrix that holds keys, values and ends one after another. */
  static AttentionProbe of(Tensor rows, Tensor constants, int heads) {
    int groups = constants.columns();
    float[][] all = new float[rows.rows()][rows.columns()];
    for (int i = 0; i < all.length; i++) {
      rows.readRow(i, all[i], 0);
    }
    int ends = heads + heads * groups;
    return new AttentionProbe(
        Arrays.copyOfRange(all, 0, heads),
        Arrays.copyOfRange(all, heads, ends),
        Arrays.copyOfRange(all, ends, all.length),
        constants.toArray());
  }

  static AttentionProbe zeros(int heads, int groups, int hidden) {
    return new AttentionProbe(
        new float[heads][hidden],
        new float[heads * groups][hidden],
        new float[groups][hidden],
        new float[groups]);
  }

  int heads() {
    return keys.length;
  }

  int groups() {
    return constants.length;
  }

  float[] value(int head, int group) {
    return values[head * groups() + group];
  }

  /** Keys, values and ends, in the order of {@link #of}. */
  List<float[][]> rows() {
    return List.of(keys, values, ends);
  }

  /**
   * The scores of a prompt.
   *
   * @param tokens features of its tokens
   * @param end features of its end
   */
  double[] scores(float[][] tokens, float[] end) {
    float[][] pooled = new float[heads()][];
    for (int head = 0; head < heads(); head++) {
      float[] weights = new float[tokens.length];
      for (int t = 0; t < weights.length; t++) {
        weights[t] = FloatVectors.dot(keys[head], tokens[t]);
      }
      softmax(weights);
      pooled[head] = pool(weights, tokens);
    }
    return ofPooled(pooled, end);
  }

  /** The scores of what the heads have pooled. */
  double[] ofPooled(float[][] pooled, float[] end) {
    double[] out = new double[groups()];
    for (int group = 0; group < out.length; group++) {
      out[group] = constants[group] + FloatVectors.dot(ends[group], end);
      for (int head = 0; head < heads(); head++) {
        out[group] += FloatVectors.dot(value(head, group), pooled[head]);
      }
    }
    return out;
  }

  static void softmax(float[] logits) {
    float most = Float.NEGATIVE_INFINITY;
    for (float logit : logits) {
      most = Math.max(most, logit);
    }
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) Math.exp(logits[i] - most);
      sum += logits[i];
    }
    for (int i = 0; i < logits.length; i++) {
      logits[i] /= (float) sum;
    }
  }

  static float[] pool(float[] weights, float[][] tokens) {
    float[] out = new float[tokens[0].length];
    for (int t = 0; t < weights.length; t++) {
      FloatVectors.addScaled(weights[t], tokens[t], out);
    }
    return out;
  }

  /** The same function, all scores multiplied. */
  AttentionProbe scaled(double factor) {
    AttentionProbe out = zeros(heads(), groups(), ends[0].length);
    for (int head = 0; head < heads(); head++) {
      out.keys[head] = keys[head].clone();
    }
    for (int i = 0; i < values.length; i++) {
      FloatVectors.addScaled((float) factor, values[i], out.values[i]);
    }
    for (int group = 0; group < groups(); group++) {
      FloatVectors.addScaled((float) factor, ends[group], out.ends[group]);
      out.constants[group] = (float) factor * constants[group];
    }
    return out;
  }
}
