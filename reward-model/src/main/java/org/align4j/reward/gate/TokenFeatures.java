package org.align4j.reward.gate;

import java.util.ArrayList;
import java.util.List;
import org.align4j.reward.gate.LayerInputs.Part;
import org.align4j.reward.gate.LayerInputs.Prompt;

/**
 * The normalised input of a layer's attention, every number of it standardised over tokens.
 *
 * @param norm weight of the norm before the attention
 * @param epsilon of that norm
 * @param mean of each number after the norm
 * @param scale its standard deviation, &gt; 0
 */
record TokenFeatures(double[] norm, double epsilon, double[] mean, double[] scale) {
  /** Tokens that mean and scale are taken from: every so many. */
  private static final int EVERY = 7;

  static TokenFeatures fit(List<Part> parts, double[] norm, double epsilon) {
    List<double[]> rows = new ArrayList<>();
    for (Part part : parts) {
      for (int row = 0; row < part.input().rows(); row += EVERY) {
        rows.add(normalised(part.input().doubleRow(row), norm, epsilon));
      }
    }
    double[][] sample = rows.toArray(double[][]::new);
    double[] mean = LinearProbe.mean(sample);
    return new TokenFeatures(norm, epsilon, mean, LinearProbe.scale(sample, mean));
  }

  private static double[] normalised(double[] state, double[] norm, double epsilon) {
    double meanSquare = Vectors.dot(state, state) / state.length;
    return Vectors.product(Vectors.scaled(1 / Math.sqrt(meanSquare + epsilon), state), norm);
  }

  /** What the attention reads where prompts end, not standardised, [messages][hidden]. */
  double[][] ends(List<Prompt> prompts) {
    return prompts.stream()
        .map(prompt -> normalised(prompt.end(), norm, epsilon))
        .toArray(double[][]::new);
  }

  /** The features of a prompt's tokens, [tokens][hidden]. */
  float[][] of(Prompt prompt) {
    float[][] out = new float[prompt.tokens()][norm.length];
    for (int t = 0; t < out.length; t++) {
      float[] values = out[t];
      prompt.read(t, values);
      double meanSquare = FloatVectors.dot(values, values) / values.length;
      double inverse = 1 / Math.sqrt(meanSquare + epsilon);
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) ((values[i] * inverse * norm[i] - mean[i]) / scale[i]);
      }
    }
    return out;
  }

  /** A linear function of the features as one of the attention's input, but for a constant. */
  double[] direction(float[] weights) {
    double[] out = new double[weights.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = weights[i] / scale[i];
    }
    return out;
  }
}
