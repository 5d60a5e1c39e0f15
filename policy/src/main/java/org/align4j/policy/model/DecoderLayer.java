package org.align4j.policy.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.align4j.policy.backend.AttentionShape;
import org.align4j.policy.backend.AttentionSpan;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.RotaryTable;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.lora.LoraConfig;

/** A pre-norm block: x + attention(norm(x)), then + feed-forward(norm(·)), gated by SiLU. */
final class DecoderLayer {

  /** Activations of one forward pass that its backward pass reads. */
  static final class Saved {
    final GrowingTensor normed1;
    final GrowingTensor qkv;
    final GrowingTensor attended;
    final GrowingTensor logSumExp;
    final GrowingTensor middle;
    final GrowingTensor normed2;
    final GrowingTensor gateUp;
    final GrowingTensor activated;
    final GrowingTensor inverseRms1 = new GrowingTensor(1);
    final GrowingTensor inverseRms2 = new GrowingTensor(1);
    final Projection.Saved qkvSaved = new Projection.Saved();
    final Projection.Saved outputSaved = new Projection.Saved();
    final Projection.Saved gateUpSaved = new Projection.Saved();
    final Projection.Saved downSaved = new Projection.Saved();

    Saved(ModelConfig config) {
      normed1 = new GrowingTensor(config.hidden());
      qkv = new GrowingTensor(config.queryColumns() + 2 * config.kvColumns());
      attended = new GrowingTensor(config.queryColumns());
      logSumExp = new GrowingTensor(config.heads());
      middle = new GrowingTensor(config.hidden());
      normed2 = new GrowingTensor(config.hidden());
      gateUp = new GrowingTensor(2 * config.feedForward());
      activated = new GrowingTensor(config.feedForward());
    }

    /** Everything but what projections need for their adapters. */
    List<GrowingTensor> tensors() {
      return List.of(
          normed1,
          inverseRms1,
          qkv,
          attended,
          logSumExp,
          middle,
          normed2,
          inverseRms2,
          gateUp,
          activated);
    }
  }

  /** Gradients of activations, shared by all layers because one layer runs at a time. */
  static final class Scratch {
    final GrowingTensor dNormed;
    final GrowingTensor dQkv;
    final GrowingTensor dAttended;
    final GrowingTensor dGateUp;
    final GrowingTensor dActivated;

    Scratch(ModelConfig config) {
      dNormed = new GrowingTensor(config.hidden());
      dQkv = new GrowingTensor(config.queryColumns() + 2 * config.kvColumns());
      dAttended = new GrowingTensor(config.queryColumns());
      dGateUp = new GrowingTensor(2 * config.feedForward());
      dActivated = new GrowingTensor(config.feedForward());
    }
  }

  /**
   * What every layer of a pass shares.
   *
   * @param positions position of each row
   * @param spans who attends to whom
   * @param adapter which adapter takes part
   * @param dropout source of dropout masks, or null
   */
  record Pass(
      int[] positions,
      List<AttentionSpan> spans,
      RotaryTable rotary,
      AdapterUse adapter,
      RandomGenerator dropout) {

    /** The pass of one layer, whose masks depend on nothing but the seed. */
    Pass withDropout(long seed) {
      return new Pass(positions, spans, rotary, adapter, new SplittableRandom(seed));
    }
  }

  private final Backend backend;
  private final ModelConfig config;
  private final AttentionShape attention;
  private final String name;
  private final Tensor inputNorm;
  private final Tensor middleNorm;
  private Tensor inputNormGradient;
  private Tensor middleNormGradient;
  private final Projection qkv;
  private final Projection output;
  private final Projection gateUp;
  private final Projection down;

  DecoderLayer(Backend backend, ModelConfig config, int index) {
    this.backend = backend;
    this.config = config;
    attention = config.attention(index);
    name = "model.layers." + index + ".";
    inputNorm = Tensor.zeros(1, config.hidden());
    middleNorm = Tensor.zeros(1, config.hidden());
    qkv =
        new Projection(
            backend,
            config.hidden(),
            config.biases().qkv(),
            List.of(
                name + "self_attn.q_proj", name + "self_attn.k_proj", name + "self_attn.v_proj"),
            config.queryColumns(),
            config.kvColumns(),
            config.kvColumns());
    output =
        new Projection(
            backend,
            config.queryColumns(),
            config.biases().output(),
            List.of(name + "self_attn.o_proj"),
            config.hidden());
    gateUp =
        new Projection(
            backend,
            config.hidden(),
            config.biases().feedForward(),
            List.of(name + "mlp.gate_proj", name + "mlp.up_proj"),
            config.feedForward(),
            config.feedForward());
    down =
        new Projection(
            backend,
            config.feedForward(),
            config.biases().feedForward(),
            List.of(name + "mlp.down_proj"),
            config.hidden());
  }

  void freeze() {
    projections().forEach(Projection::freeze);
  }

  DecodingWeights.Layer pack(boolean adapter, DecodingWeights.Packing packing) {
    return new DecodingWeights.Layer(
        qkv.pack(adapter, packing),
        output.pack(adapter, packing),
        gateUp.pack(adapter, packing),
        down.pack(adapter, packing));
  }

  /** Whether all weights are made of integers of few bits. */
  boolean quantized() {
    return projections().stream().allMatch(Projection::quantized);
  }

  private List<Projection> projections() {
    return List.of(qkv, output, gateUp, down);
  }

  void addWeights(Map<String, Tensor> target) {
    target.putAll(norms());
    projections().forEach(projection -> projection.addWeights(target));
  }

  /** Shows the weights, in the order of {@link #addWeights}, to somebody who does not keep them. */
  void showWeights(Consumer<Map<String, Tensor>> viewer) {
    viewer.accept(norms());
    projections().forEach(projection -> projection.showWeights(viewer));
  }

  /** Reads the weights and remembers from where. */
  void read(WeightLoader loader) {
    norms().forEach(loader::read);
    projections().forEach(projection -> projection.read(loader));
  }

  private Map<String, Tensor> norms() {
    Map<String, Tensor> out = new LinkedHashMap<>();
    out.put(name + "input_layernorm.weight", inputNorm);
    out.put(name + "post_attention_layernorm.weight", middleNorm);
    return out;
  }

  void makeTrainable() {
    inputNormGradient = Tensor.zeros(1, config.hidden());
    middleNormGradient = Tensor.zeros(1, config.hidden());
    projections().forEach(Projection::makeTrainable);
  }

  void addAdapter(LoraConfig lora, RandomGenerator random) {
    projections().forEach(projection -> projection.addAdapter(lora, random));
  }

  void mergeAdapter() {
    projections().forEach(Projection::mergeAdapter);
  }

  void keepAdapterAsReference() {
    projections().forEach(Projection::keepAdapterAsReference);
  }

  /** Shows the factors that the reference has besides the base weights. */
  void showReferenceAdapter(BiConsumer<String, Tensor> viewer) {
    projections().forEach(projection -> projection.showReferenceAdapter(viewer));
  }

  void addAdapterFactors(List<Parameter> target) {
    projections().forEach(projection -> projection.addAdapterFactors(target));
  }

  void addParameters(List<Parameter> target) {
    projections().forEach(projection -> projection.addParameters(target));
    if (inputNormGradient != null) {
      target.add(Parameter.exempt(name + "input_layernorm.weight", inputNorm, inputNormGradient));
      target.add(
          Parameter.exempt(
              name + "post_attention_layernorm.weight", middleNorm, middleNormGradient));
    }
  }

  /**
   * Computes the block.
   *
   * @param cache where keys and values are kept and read for generation; null in training
   * @param packed weights for decoding, or {@link DecodingWeights.Layer#NONE}
   */
  void forward(
      Tensor x,
      Tensor out,
      Saved saved,
      Pass pass,
      KvCache.Layer cache,
      DecodingWeights.Layer packed) {
    int rows = x.rows();
    Tensor normed1 = saved.normed1.rows(rows);
    backend.rmsNorm(x, inputNorm, config.normEpsilon(), normed1, saved.inverseRms1.rows(rows));
    Tensor projected = saved.qkv.rows(rows);
    qkv.forward(normed1, projected, saved.qkvSaved, pass, packed.qkv());
    rotate(projected, pass, false);
    Tensor attended = saved.attended.rows(rows);
    Tensor keys = keys(projected);
    Tensor values = values(projected);
    if (cache != null) {
      backend.scatter(keys, cache.rows(), cache.keys());
      backend.scatter(values, cache.rows(), cache.values());
      keys = cache.keys();
      values = cache.values();
    }
    backend.attention(
        attention,
        pass.spans(),
        queries(projected),
        keys,
        values,
        attended,
        saved.logSumExp.rows(rows));
    Tensor middle = saved.middle.rows(rows);
    output.forward(attended, middle, saved.outputSaved, pass, packed.output());
    backend.add(x, middle);
    Tensor normed2 = saved.normed2.rows(rows);
    backend.rmsNorm(
        middle, middleNorm, config.normEpsilon(), normed2, saved.inverseRms2.rows(rows));
    Tensor gated = saved.gateUp.rows(rows);
    gateUp.forward(normed2, gated, saved.gateUpSaved, pass, packed.gateUp());
    Tensor activated = saved.activated.rows(rows);
    backend.swiGlu(gate(gated), up(gated), activated);
    down.forward(activated, out, saved.downSaved, pass, packed.down());
    backend.add(middle, out);
  }

  /** Prepares the backward pass where decoding passes without dropout have filled {@code saved}. */
  void recall(Saved saved, int rows) {
    qkv.recall(saved.normed1.rows(rows), saved.qkvSaved);
    output.recall(saved.attended.rows(rows), saved.outputSaved);
    gateUp.recall(saved.normed2.rows(rows), saved.gateUpSaved);
    down.recall(saved.activated.rows(rows), saved.downSaved);
  }

  /**
   * Back-propagates through the block.
   *
   * @param x the block's input
   * @param d gradient of the output on entry, of the input on return
   * @param inputNeeded false for the first layer when nothing below it is trained
   */
  void backward(Tensor x, Tensor d, Saved saved, Scratch scratch, Pass pass, boolean inputNeeded) {
    int rows = x.rows();
    Tensor gated = saved.gateUp.rows(rows);
    Tensor dActivated = scratch.dActivated.rows(rows);
    down.backward(d, saved.activated.rows(rows), saved.downSaved, dActivated);
    Tensor dGateUp = scratch.dGateUp.rows(rows);
    backend.swiGluBackward(dActivated, gate(gated), up(gated), gate(dGateUp), up(dGateUp));
    Tensor dNormed = scratch.dNormed.rows(rows);
    gateUp.backward(dGateUp, saved.normed2.rows(rows), saved.gateUpSaved, dNormed);
    backend.rmsNormBackward(
        dNormed,
        saved.middle.rows(rows),
        middleNorm,
        saved.inverseRms2.rows(rows),
        d,
        middleNormGradient);
    Tensor attended = saved.attended.rows(rows);
    Tensor dAttended = scratch.dAttended.rows(rows);
    output.backward(d, attended, saved.outputSaved, dAttended);
    Tensor projected = saved.qkv.rows(rows);
    Tensor dQkv = scratch.dQkv.rows(rows);
    backend.scale(0, dQkv);
    backend.attentionBackward(
        attention,
        pass.spans(),
        dAttended,
        queries(projected),
        keys(projected),
        values(projected),
        attended,
        saved.logSumExp.rows(rows),
        queries(dQkv),
        keys(dQkv),
        values(dQkv));
    rotate(dQkv, pass, true);
    qkv.backward(dQkv, saved.normed1.rows(rows), saved.qkvSaved, inputNeeded ? dNormed : null);
    if (inputNeeded) {
      backend.rmsNormBackward(
          dNormed, x, inputNorm, saved.inverseRms1.rows(rows), d, inputNormGradient);
    }
  }

  private void rotate(Tensor packed, Pass pass, boolean inverse) {
    Tensor rotated = packed.columns(0, config.queryColumns() + config.kvColumns());
    backend.rotate(rotated, config.headDim(), pass.positions(), pass.rotary(), inverse);
  }

  private Tensor queries(Tensor packed) {
    return packed.columns(0, config.queryColumns());
  }

  private Tensor keys(Tensor packed) {
    return packed.columns(config.queryColumns(), config.kvColumns());
  }

  private Tensor values(Tensor packed) {
    return packed.columns(config.queryColumns() + config.kvColumns(), config.kvColumns());
  }

  private Tensor gate(Tensor packed) {
    return packed.columns(0, config.feedForward());
  }

  private Tensor up(Tensor packed) {
    return packed.columns(config.feedForward(), config.feedForward());
  }
}
