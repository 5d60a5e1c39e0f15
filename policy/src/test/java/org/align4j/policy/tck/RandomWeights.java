package org.align4j.policy.tck;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.Parameter;

/** Random weights of a size that gives a tiny network gradients worth measuring. */
public final class RandomWeights {
  private static final double DEVIATION = 0.3;
  private static final double ADAPTER_DEVIATION = 0.2;

  private RandomWeights() {}

  /** Fills every base weight with normal deviates; those of norms lie around one. */
  public static void fill(DecoderTransformer model, long seed) {
    Random random = new Random(seed);
    for (Map.Entry<String, Tensor> entry : model.weights().entrySet()) {
      double center = entry.getKey().endsWith("norm.weight") ? 1 : 0;
      fill(entry.getValue(), random, center, DEVIATION);
    }
  }

  /** Fills parameters, such as the factors of an adapter, whose B begins at zero. */
  public static void fill(List<Parameter> parameters, long seed) {
    Random random = new Random(seed);
    parameters.forEach(parameter -> fill(parameter.value(), random, 0, ADAPTER_DEVIATION));
  }

  private static void fill(Tensor tensor, Random random, double center, double deviation) {
    for (int r = 0; r < tensor.rows(); r++) {
      for (int j = 0; j < tensor.columns(); j++) {
        tensor.set(r, j, (float) (center + deviation * random.nextGaussian()));
      }
    }
  }
}
