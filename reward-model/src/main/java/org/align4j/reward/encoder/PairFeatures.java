package org.align4j.reward.encoder;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What a head sees of a prompt with a completion: both vectors, their product and their absolute
 * difference, component by component (InferSent's features, Conneau et al. 2017, arXiv 1705.02364).
 */
final class PairFeatures {
  private static final int PARTS = 4;

  private final SentenceEncoder encoder;

  PairFeatures(SentenceEncoder encoder) {
    this.encoder = encoder;
  }

  int size() {
    return PARTS * encoder.dimension();
  }

  /** [texts, features]; each different text is encoded once. */
  INDArray of(List<String> prompts, List<String> completions) {
    Set<String> texts = new LinkedHashSet<>(prompts);
    texts.addAll(completions);
    List<String> distinct = List.copyOf(texts);
    List<float[]> vectors = encoder.encode(distinct);
    Map<String, float[]> byText = new LinkedHashMap<>();
    for (int i = 0; i < distinct.size(); i++) {
      byText.put(distinct.get(i), vectors.get(i));
    }
    int d = encoder.dimension();
    float[][] rows = new float[prompts.size()][];
    for (int i = 0; i < rows.length; i++) {
      float[] p = byText.get(prompts.get(i));
      float[] c = byText.get(completions.get(i));
      float[] row = new float[PARTS * d];
      for (int j = 0; j < d; j++) {
        row[j] = p[j];
        row[d + j] = c[j];
        // Products and differences of unit vectors are small; this brings them to the same size.
        row[2 * d + j] = p[j] * c[j] * (float) Math.sqrt(d);
        row[3 * d + j] = Math.abs(p[j] - c[j]);
      }
      rows[i] = row;
    }
    return Nd4j.createFromArray(rows);
  }
}
