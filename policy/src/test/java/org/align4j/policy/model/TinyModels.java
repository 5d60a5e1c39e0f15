package org.align4j.policy.model;

import java.util.Map;
import java.util.Random;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Tensor;

/** Small random transformers for tests. */
public final class TinyModels {
  private TinyModels() {}

  /** Two layers, grouped queries, 29 tokens. */
  public static ModelConfig config(boolean tied, boolean bias, int window) {
    return new ModelConfig(
        "llama", 29, 16, 24, 2, 4, 2, 6, 1e-5f, RopeConfig.plain(10_000), tied, window, bias, 64);
  }

  /** The same with any biases and windows. */
  public static ModelConfig config(String type, Biases biases, SlidingWindow window) {
    return new ModelConfig(
        type, 29, 16, 24, 2, 4, 2, 6, 1e-5f, RopeConfig.plain(10_000), true, window, biases, 64);
  }

  /** Tied, no bias, full attention. */
  public static DecoderTransformer create(Backend backend, long seed) {
    return create(config(true, false, 0), backend, seed);
  }

  /** Gaussian weights; norms near one. */
  public static DecoderTransformer create(ModelConfig config, Backend backend, long seed) {
    DecoderTransformer model = new DecoderTransformer(config, backend);
    Random random = new Random(seed);
    for (Map.Entry<String, Tensor> entry : model.weights().entrySet()) {
      Tensor tensor = entry.getValue();
      double center = entry.getKey().endsWith("norm.weight") ? 1 : 0;
      for (int r = 0; r < tensor.rows(); r++) {
        for (int j = 0; j < tensor.columns(); j++) {
          tensor.set(r, j, (float) (center + 0.3 * random.nextGaussian()));
        }
      }
    }
    return model;
  }
}
