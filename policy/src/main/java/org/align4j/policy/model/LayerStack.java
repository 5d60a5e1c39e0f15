package org.align4j.policy.model;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import org.align4j.core.random.RandomStream;
import org.align4j.core.random.RandomStream.Purpose;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.text.TokenBatch;

/** Embedding and layers, one after another, forward and back. */
final class LayerStack {
  private final Backend backend;
  private final Tensor embedding;
  private final List<DecoderLayer> layers = new ArrayList<>();
  private final Activations activations;
  private final DecoderLayer.Scratch scratch;
  private RandomGenerator dropout = new SplittableRandom(0);
  private long dropoutSeed;
  private boolean checkpointing;
  private int firstTrained;
  private boolean recalled;
  private DecoderLayer.Pass lastPass;

  LayerStack(Backend backend, ModelConfig config, Tensor embedding) {
    this.backend = backend;
    this.embedding = embedding;
    activations = new Activations(backend, config);
    scratch = new DecoderLayer.Scratch(config);
    for (int i = 0; i < config.layers(); i++) {
      layers.add(new DecoderLayer(backend, config, i));
    }
  }

  List<DecoderLayer> layers() {
    return layers;
  }

  void addAdapter(LoraConfig adapter, RandomGenerator random) {
    firstTrained = adapter.firstLayer();
    layers.subList(firstTrained, layers.size()).forEach(layer -> layer.addAdapter(adapter, random));
  }

  /** Ends back-propagation at a layer; returns that layer and those above. */
  List<DecoderLayer> trainFrom(int layer) {
    firstTrained = layer;
    return layers.subList(layer, layers.size());
  }

  void mergeAdapter() {
    layers.forEach(DecoderLayer::mergeAdapter);
    firstTrained = 0;
  }

  void keepAdapterAsReference() {
    layers.forEach(DecoderLayer::keepAdapterAsReference);
  }

  void checkpoint() {
    checkpointing = true;
  }

  boolean checkpoints() {
    return checkpointing;
  }

  void seedDropout(long seed) {
    dropout = new SplittableRandom(seed);
  }

  /**
   * The last layer's output of a pass whose activations wait for {@link #backward}.
   *
   * @param weights fingerprint of the trained ones
   */
  Tensor train(TokenBatch batch, DecoderLayer.Pass pass, DoubleSupplier weights) {
    int rows = batch.ids().length;
    lastPass = pass;
    dropoutSeed = dropout.nextLong();
    recalled = activations.match(batch, weights);
    if (recalled) {
      for (int i = firstTrained; i < layers.size(); i++) {
        layers.get(i).recall(activations.layer(i), rows);
      }
    } else {
      backend.gather(embedding, batch.ids(), activations.residual(0, rows));
      for (int i = 0; i < layers.size(); i++) {
        trainLayer(i, rows, i < firstTrained ? activations.temporary() : kept(i));
      }
    }
    activations.invalidate();
    return activations.residual(layers.size(), rows);
  }

  /** Whether the last training pass found its activations there. */
  boolean recalled() {
    return recalled;
  }

  private void trainLayer(int index, int rows, DecoderLayer.Saved saved) {
    layers
        .get(index)
        .forward(
            activations.residual(index, rows),
            activations.residual(index + 1, rows),
            saved,
            lastPass.withDropout(
                RandomStream.of(dropoutSeed, Purpose.LAYER_DROPOUT).at(index).seed()),
            null,
            DecodingWeights.Layer.NONE);
  }

  /** Where a layer's activations wait for the backward pass. */
  private DecoderLayer.Saved kept(int layer) {
    return checkpointing ? activations.temporary() : activations.layer(layer);
  }

  /** The last layer's output of a pass that nothing is propagated back through. */
  Tensor evaluate(int[] ids, DecoderLayer.Pass pass) {
    return evaluate(ids, pass, layers.size());
  }

  /** The same after the first {@code count} layers; the others do not run. */
  Tensor evaluate(int[] ids, DecoderLayer.Pass pass, int count) {
    return evaluate(ids, pass, count, (layer, input) -> {});
  }

  /** The same; somebody is told of each layer that has run. */
  Tensor evaluate(int[] ids, DecoderLayer.Pass pass, int count, LayerListener listener) {
    return evaluate(embedded(ids), 0, pass, count, listener);
  }

  /**
   * The same from a layer on.
   *
   * @param x what that layer reads
   * @param first layer that runs
   * @param end first one that does not
   */
  Tensor evaluate(Tensor x, int first, DecoderLayer.Pass pass, int end, LayerListener listener) {
    return passThrough(
        x, first, pass, end, layer -> null, layer -> DecodingWeights.Layer.NONE, listener);
  }

  private Tensor embedded(int[] ids) {
    Tensor x = activations.temporaryResidual(0, ids.length);
    backend.gather(embedding, ids, x);
    return x;
  }

  /** What the feed-forward block of the layer that has just run in an evaluation has read. */
  Tensor lastFeedForwardInput(int rows) {
    return activations.temporary().normed2.rows(rows);
  }

  /** The last layer's output of a decoding pass. */
  Tensor decode(NewTokens tokens, DecoderLayer.Pass pass, KvCache cache, DecodingWeights weights) {
    int rows = tokens.ids().length;
    int[] kept = tokens.keptRows() == null ? null : activations.markWritten(tokens.keptRows());
    Tensor x =
        passThrough(
            embedded(tokens.ids()),
            0,
            pass,
            layers.size(),
            cache::layer,
            layer -> weights.layer(layer, rows),
            (layer, input) -> {
              if (kept != null && layer >= firstTrained) {
                activations.keep(layer, input, kept);
              }
            });
    if (kept != null) {
      activations.keepResidual(layers.size(), x, kept);
    }
    return x;
  }

  /** Is told of a layer that has run, with what it has read. */
  @FunctionalInterface
  interface LayerListener {
    void ran(int layer, Tensor input);
  }

  private Tensor passThrough(
      Tensor states,
      int first,
      DecoderLayer.Pass pass,
      int end,
      IntFunction<KvCache.Layer> cache,
      IntFunction<DecodingWeights.Layer> packed,
      LayerListener listener) {
    Tensor x = states;
    for (int i = first; i < end; i++) {
      Tensor out = activations.temporaryResidual(i + 1, x.rows());
      layers.get(i).forward(x, out, activations.temporary(), pass, cache.apply(i), packed.apply(i));
      listener.ran(i, x);
      x = out;
    }
    return x;
  }

  /**
   * Reserves room for the activations that decoding passes are going to keep.
   *
   * @return whether they will; not with checkpointing
   */
  boolean reserve(int rows, double weights) {
    if (checkpointing) {
      return false;
    }
    activations.reserve(rows, firstTrained, weights);
    return true;
  }

  /**
   * Closes the gaps in what decoding passes have kept.
   *
   * @param sampled the batch that they have computed
   * @param from for each of its rows, where it was written; increasing
   */
  void compact(TokenBatch sampled, int[] from) {
    activations.compact(sampled, from, firstTrained);
  }

  /**
   * Back-propagates through the last training pass.
   *
   * @param d gradient of the last layer's output on entry; on return of the first layer's input,
   *     where that is needed
   * @param toEmbedding whether it is
   */
  void backward(Tensor d, boolean toEmbedding) {
    int rows = d.rows();
    for (int i = layers.size() - 1; i >= firstTrained; i--) {
      boolean inputNeeded = i > firstTrained || toEmbedding;
      if (checkpointing) {
        // Its output is written once more, with the same values.
        trainLayer(i, rows, kept(i));
      }
      Tensor x = activations.residual(i, rows);
      layers.get(i).backward(x, d, kept(i), scratch, lastPass, inputNeeded);
    }
  }
}
