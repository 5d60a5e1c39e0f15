package org.align4j.policy.model;

import java.util.ArrayList;
import java.util.List;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Tensor;

/** What of a decoder is trained, with its gradients: nothing, an adapter's factors, or all. */
final class TrainedWeights {
  private final Backend backend;
  private final List<Parameter> parameters = new ArrayList<>();

  /** Of every weight of the embedding; null while the embedding is not trained. */
  private Tensor embeddingGradient;

  TrainedWeights(Backend backend) {
    this.backend = backend;
  }

  /** Trains every base weight; a tied head adds to the embedding's gradient. */
  void addAll(BaseWeights base, HeadRows headRows, LmHead head) {
    requireNone();
    embeddingGradient = gradientOf(base.embedding());
    Tensor normGradient = gradientOf(base.finalNorm());
    headRows.trainInto(normGradient);
    parameters.add(Parameter.matrix(BaseWeights.EMBEDDING, base.embedding(), embeddingGradient));
    base.layers().forEach(DecoderLayer::makeTrainable);
    base.layers().forEach(layer -> layer.addParameters(parameters));
    parameters.add(Parameter.exempt(BaseWeights.FINAL_NORM, base.finalNorm(), normGradient));
    if (base.untiedHead() == null) {
      head.trainInto(embeddingGradient);
    } else {
      Tensor gradient = gradientOf(base.untiedHead());
      head.trainInto(gradient);
      parameters.add(Parameter.matrix(BaseWeights.HEAD, base.untiedHead(), gradient));
    }
  }

  private static Tensor gradientOf(Tensor weight) {
    return Tensor.zeros(weight.rows(), weight.columns());
  }

  /** Trains the factors that the layers' adapters consist of. */
  void addAdapter(List<DecoderLayer> layers) {
    layers.forEach(layer -> layer.addParameters(parameters));
  }

  void requireNone() {
    if (!parameters.isEmpty()) {
      throw new IllegalStateException("the model already has trainable parameters");
    }
  }

  /** Whether nothing is trained. */
  boolean none() {
    return parameters.isEmpty();
  }

  /** Whether the embedding is trained, and with it every weight. */
  boolean embeddingIsTrained() {
    return embeddingGradient != null;
  }

  /** What of the model that is. */
  DecodingPacker.Trained part() {
    if (parameters.isEmpty()) {
      return DecodingPacker.Trained.NOTHING;
    }
    return embeddingGradient == null
        ? DecodingPacker.Trained.ADAPTER
        : DecodingPacker.Trained.EVERY_WEIGHT;
  }

  List<Parameter> parameters() {
    return List.copyOf(parameters);
  }

  /** Forgets an adapter that has been merged into the base. */
  void clear() {
    parameters.clear();
  }

  void clearGradients() {
    parameters.forEach(parameter -> backend.scale(0, parameter.gradient()));
  }

  /** Adds what the first layer's input says about the embedding, where it is trained. */
  void addToEmbedding(Tensor dInput, int[] ids) {
    if (embeddingGradient != null) {
      backend.scatterAdd(dInput, ids, embeddingGradient);
    }
  }

  /** Changes when the trained weights do. */
  double fingerprint() {
    return parameters.stream().mapToDouble(p -> backend.sumOfSquares(p.value())).sum();
  }
}
