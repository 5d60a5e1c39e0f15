package org.align4j.jmh;

import java.util.Map;
import java.util.Random;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.ModelConfig;
import org.align4j.policy.model.RopeConfig;

/** SmolLM2-135M's shape with random weights: speed does not depend on what a model knows. */
final class SmolLm2 {
  static final ModelConfig CONFIG =
      new ModelConfig(
          "llama",
          49_152,
          576,
          1536,
          30,
          9,
          3,
          64,
          1e-5f,
          RopeConfig.plain(100_000),
          true,
          0,
          false,
          8192);

  /** Weights of all layers, without the embedding, which is also the head. */
  static final double LAYER_WEIGHTS =
      CONFIG.layers() * (576.0 * (576 + 2 * 192 + 576) + 3.0 * 576 * 1536);

  static final double HEAD_WEIGHTS = 576.0 * 49_152;

  private SmolLm2() {}

  static DecoderTransformer create(Backend backend) {
    DecoderTransformer model = new DecoderTransformer(CONFIG, backend);
    Random random = new Random(1);
    for (Map.Entry<String, Tensor> entry : model.weights().entrySet()) {
      Tensor tensor = entry.getValue();
      boolean norm = entry.getKey().endsWith("norm.weight");
      float[] row = new float[tensor.columns()];
      for (int r = 0; r < tensor.rows(); r++) {
        for (int j = 0; j < row.length; j++) {
          row[j] = norm ? 1 : (float) (0.04 * random.nextGaussian());
        }
        tensor.writeRow(r, row, 0);
      }
    }
    return model;
  }

  static int[] tokens(Random random, int count) {
    return random.ints(count, 0, CONFIG.vocabulary()).toArray();
  }
}
