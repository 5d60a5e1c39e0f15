package org.align4j.policy.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.align4j.policy.backend.Tensor;

/**
 * A decoder's weights by their Hugging Face names, without adapters.
 *
 * @param untiedHead null where the head is the embedding
 */
record BaseWeights(
    Tensor embedding, List<DecoderLayer> layers, Tensor finalNorm, Tensor untiedHead) {
  static final String EMBEDDING = "model.embed_tokens.weight";
  static final String FINAL_NORM = "model.norm.weight";
  static final String HEAD = "lm_head.weight";

  /** An embedding and layers with the other weights that a model has, at zero. */
  static BaseWeights around(Tensor embedding, List<DecoderLayer> layers, ModelConfig config) {
    return new BaseWeights(
        embedding,
        layers,
        Tensor.zeros(1, config.hidden()),
        config.tiedHead() ? null : Tensor.zeros(config.vocabulary(), config.hidden()));
  }

  /** The weight that the head multiplies with. */
  Tensor head() {
    return untiedHead == null ? embedding : untiedHead;
  }

  /** Its name. */
  String headName() {
    return untiedHead == null ? EMBEDDING : HEAD;
  }

  /** All, for somebody who may write to them. */
  Map<String, Tensor> all() {
    Map<String, Tensor> out = new LinkedHashMap<>();
    out.put(EMBEDDING, embedding);
    layers.forEach(layer -> layer.addWeights(out));
    out.putAll(top());
    return out;
  }

  /** All in the same order, for somebody who does not keep them. */
  void show(BiConsumer<String, Tensor> viewer) {
    Consumer<Map<String, Tensor>> each = shown -> shown.forEach(viewer);
    viewer.accept(EMBEDDING, embedding);
    layers.forEach(layer -> layer.showWeights(each));
    each.accept(top());
  }

  void read(WeightLoader loader) {
    loader.read(EMBEDDING, embedding);
    layers.forEach(layer -> layer.read(loader));
    top().forEach(loader::read);
  }

  /** What comes after the layers. */
  private Map<String, Tensor> top() {
    Map<String, Tensor> out = new LinkedHashMap<>();
    out.put(FINAL_NORM, finalNorm);
    if (untiedHead != null) {
      out.put(HEAD, untiedHead);
    }
    return out;
  }
}
