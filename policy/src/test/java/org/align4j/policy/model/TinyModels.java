package org.align4j.policy.model;

import org.align4j.policy.backend.Backend;
import org.align4j.policy.tck.RandomWeights;

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
    RandomWeights.fill(model, seed);
    return model;
  }
}
