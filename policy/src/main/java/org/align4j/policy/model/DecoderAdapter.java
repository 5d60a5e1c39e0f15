package org.align4j.policy.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.align4j.core.ConfigurationException;
import org.align4j.core.random.RandomStream;
import org.align4j.core.random.RandomStream.Purpose;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.LanguageModel.Mode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A decoder's adapter from when it is added until it is merged: its settings, what of it is
 * trained, and in which passes it takes part. Most decoders begin without one.
 */
final class DecoderAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(DecoderAdapter.class);

  private final LayerStack stack;
  private final TrainedWeights trained;
  private LoraConfig settings;

  DecoderAdapter(LayerStack stack, TrainedWeights trained) {
    this.stack = stack;
    this.trained = trained;
  }

  /** The settings, or null without an adapter. */
  LoraConfig settings() {
    return settings;
  }

  /** Whether there is one. */
  boolean present() {
    return settings != null;
  }

  /** Whether training drops some of its inputs. */
  boolean dropsOut() {
    return present() && settings.dropout() > 0;
  }

  /** Adds and trains one, B = 0; see {@link DecoderTransformer#addAdapter}. */
  void add(LoraConfig adapter, long seed) {
    trained.requireNone();
    int layers = stack.layers().size();
    if (adapter.firstLayer() >= layers) {
      throw new ConfigurationException(
          "the first layer with LoRA is %d; the model has %d"
              .formatted(adapter.firstLayer(), layers));
    }
    stack.addAdapter(adapter, RandomStream.of(seed, Purpose.ADAPTER).generator());
    settings = adapter;
    trained.addAdapter(stack.layers());
    warnOfIdlePatterns();
  }

  /** As PEFT does: a stored adapter may have such keys, a misspelt one must not go unnoticed. */
  private void warnOfIdlePatterns() {
    List<String> modules =
        factors().stream().map(factor -> factor.name().replaceFirst("\\.lora_.*", "")).toList();
    Set<String> idle = settings.idleKeys(modules);
    if (!idle.isEmpty()) {
      LOG.warn("no module with an adapter matches {}: no rank or alpha comes of it", idle);
    }
  }

  /** Trains its factors from a layer on, and no others. */
  void trainFrom(int layer) {
    int layers = stack.layers().size();
    if (!present() || layer < settings.firstLayer() || layer >= layers) {
      throw new IllegalArgumentException(
          "there is no adapter to train from layer %d to %d on".formatted(layer, layers));
    }
    trained.clear();
    trained.addAdapter(stack.trainFrom(layer));
  }

  /** All factors, trained or not. */
  List<Parameter> factors() {
    List<Parameter> out = new ArrayList<>();
    stack.layers().forEach(layer -> layer.addAdapterFactors(out));
    return out;
  }

  /** Makes a frozen copy of it a part of {@link Mode#REFERENCE}. */
  void keepAsReference() {
    require("keep as the reference");
    stack.keepAdapterAsReference();
  }

  /** Shows the factors, scaled, that {@link Mode#REFERENCE} adds to the base; none without any. */
  void showReference(BiConsumer<String, Tensor> viewer) {
    stack.layers().forEach(layer -> layer.showReferenceAdapter(viewer));
  }

  /** Adds its product to the base weights; then there is none. */
  void merge() {
    require("merge");
    stack.mergeAdapter();
    trained.clear();
    settings = null;
  }

  private void require(String purpose) {
    if (!present()) {
      throw new IllegalStateException("the model has no adapter to " + purpose);
    }
  }

  /** What takes part in a pass over a batch. */
  AdapterUse use(Mode mode) {
    if (mode == Mode.REFERENCE && !present() && !trained.none()) {
      throw new IllegalStateException(
          "full fine-tuning has no adapter to switch off; precompute the reference or load a"
              + " second model");
    }
    return AdapterUse.in(mode, present());
  }
}
