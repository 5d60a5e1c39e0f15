package org.align4j.reward.gate;

import java.util.SplittableRandom;

/**
 * Gradient of the logistic loss of an {@link AttentionProbe}, summed over prompts. Against
 * overfitting, features get noise and pooled features dropout; the noise of single tokens is drawn
 * as what it does to the heads' logits and pools.
 */
final class ProbeGradient {
  private final AttentionProbe probe;
  private final AttentionProbe sum;
  private final float noise;
  private final double dropout;

  /**
   * Starts at zero.
   *
   * @param noise standard deviation of what is added to the features
   * @param dropout share of the features that is left out, in [0, 1)
   */
  ProbeGradient(AttentionProbe probe, double noise, double dropout) {
    this.probe = probe;
    this.noise = (float) noise;
    this.dropout = dropout;
    sum = AttentionProbe.zeros(probe.heads(), probe.groups(), probe.ends()[0].length);
  }

  /** The gradient, in the shape of the probe. */
  AttentionProbe sum() {
    return sum;
  }

  /**
   * Adds a prompt.
   *
   * @param tokens features of its tokens
   * @param end features of its end
   * @param target 1 for harmful, -1 for harmless
   * @param weights of its loss in each group
   * @return the loss
   */
  double add(float[][] tokens, float[] end, int target, float[] weights, SplittableRandom random) {
    int heads = probe.heads();
    float[][] attention = new float[heads][tokens.length];
    float[][] jitter = new float[heads][tokens.length];
    float[][] pooled = new float[heads][];
    float[][] masks = new float[heads][];
    for (int head = 0; head < heads; head++) {
      float[] key = probe.keys()[head];
      float size = noise * (float) FloatVectors.norm(key);
      for (int t = 0; t < tokens.length; t++) {
        jitter[head][t] = (float) random.nextGaussian();
        attention[head][t] = FloatVectors.dot(key, tokens[t]) + size * jitter[head][t];
      }
      AttentionProbe.softmax(attention[head]);
      masks[head] = mask(end.length, random);
      double spread = FloatVectors.norm(attention[head]);
      pooled[head] =
          perturbed(
              AttentionProbe.pool(attention[head], tokens), noise * spread, masks[head], random);
    }
    float[] last = perturbed(end.clone(), noise, mask(end.length, random), random);
    double[] scores = probe.ofPooled(pooled, last);
    float[][] toPools = new float[heads][end.length];
    double loss = 0;
    for (int group = 0; group < scores.length; group++) {
      if (weights[group] > 0) {
        double wrong = target * scores[group];
        loss += weights[group] * Math.log1p(Math.exp(-wrong));
        float d = (float) (-target * weights[group] / (1 + Math.exp(wrong)));
        sum.constants()[group] += d;
        FloatVectors.addScaled(d, last, sum.ends()[group]);
        for (int head = 0; head < heads; head++) {
          FloatVectors.addScaled(d, pooled[head], sum.value(head, group));
          FloatVectors.addScaled(d, probe.value(head, group), toPools[head]);
        }
      }
    }
    for (int head = 0; head < heads; head++) {
      multiply(toPools[head], masks[head]);
      toKey(head, tokens, attention[head], jitter[head], toPools[head]);
    }
    return loss;
  }

  /** Back through the softmax. */
  private void toKey(
      int head, float[][] tokens, float[] attention, float[] jitter, float[] toPool) {
    float[] d = new float[tokens.length];
    float mean = 0;
    for (int t = 0; t < d.length; t++) {
      d[t] = FloatVectors.dot(toPool, tokens[t]);
      mean += attention[t] * d[t];
    }
    float size = 0;
    for (int t = 0; t < d.length; t++) {
      float toLogit = attention[t] * (d[t] - mean);
      FloatVectors.addScaled(toLogit, tokens[t], sum.keys()[head]);
      size += toLogit * jitter[t];
    }
    float[] key = probe.keys()[head];
    float norm = (float) FloatVectors.norm(key);
    if (norm > 0) {
      FloatVectors.addScaled(noise * size / norm, key, sum.keys()[head]);
    }
  }

  private float[] mask(int length, SplittableRandom random) {
    float[] out = new float[length];
    float kept = (float) (1 / (1 - dropout));
    for (int i = 0; i < length; i++) {
      out[i] = random.nextDouble() < dropout ? 0 : kept;
    }
    return out;
  }

  private static float[] perturbed(
      float[] features, double noise, float[] mask, SplittableRandom random) {
    if (noise > 0) {
      for (int i = 0; i < features.length; i++) {
        features[i] += (float) (noise * random.nextGaussian());
      }
    }
    multiply(features, mask);
    return features;
  }

  private static void multiply(float[] features, float[] by) {
    for (int i = 0; i < features.length; i++) {
      features[i] *= by[i];
    }
  }
}
