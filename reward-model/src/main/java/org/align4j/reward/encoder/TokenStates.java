package org.align4j.reward.encoder;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Texts of different lengths as DL4J's recurrent input.
 *
 * @param values [texts, components, longest]
 * @param mask [texts, longest]; 1 where a text has a token
 */
record TokenStates(INDArray values, INDArray mask) {

  static TokenStates of(List<float[][]> texts) {
    int longest = texts.stream().mapToInt(text -> text.length).max().orElseThrow();
    int dimension = texts.get(0)[0].length;
    float[] values = new float[texts.size() * dimension * longest];
    float[] mask = new float[texts.size() * longest];
    for (int i = 0; i < texts.size(); i++) {
      float[][] text = texts.get(i);
      for (int t = 0; t < text.length; t++) {
        mask[i * longest + t] = 1;
        for (int d = 0; d < dimension; d++) {
          values[(i * dimension + d) * longest + t] = text[t][d];
        }
      }
    }
    return new TokenStates(
        Nd4j.createFromArray(values).reshape('c', texts.size(), dimension, longest),
        Nd4j.createFromArray(mask).reshape('c', texts.size(), longest));
  }
}
