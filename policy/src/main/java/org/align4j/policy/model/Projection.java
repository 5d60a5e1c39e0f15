package org.align4j.policy.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.PackedMatrix;
import org.align4j.policy.backend.QuantizedWeight;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.lora.LoraConfig;

/**
 * One or more linear layers over the same input, stored as one matrix so that they are one product:
 * out = x Wᵀ + bias (+ adapter).
 */
final class Projection {

  /**
   * One of the fused layers.
   *
   * @param name Hugging Face's module name, without {@code .weight}
   * @param offset first output column
   * @param outputs output columns
   */
  record Part(String name, int offset, int outputs) {
    /** The last component, such as {@code q_proj}. */
    String shortName() {
      return name.substring(name.lastIndexOf('.') + 1);
    }
  }

  /** What a backward pass needs of the forward pass, besides the input. */
  static final class Saved {
    /** By width: layers use the same one in turn, and the ranks of their adapters may differ. */
    private final Map<Integer, GrowingTensor> inners = new HashMap<>();

    private Tensor inner;
    private GrowingTensor mask;
    private GrowingTensor dropped;
    private Tensor adapterInput;
    private boolean adapted;
  }

  private final Backend backend;
  private final List<Part> parts = new ArrayList<>();
  private final LinearWeight linear;
  private final Tensor bias;
  private Tensor weightGradient;
  private Tensor biasGradient;
  private LoraFactors lora;
  private LoraFactors reference;
  private GrowingTensor referenceInner;
  private GrowingTensor dInner;

  Projection(Backend backend, int inputs, boolean bias, List<String> names, int... outputs) {
    this.backend = backend;
    int total = 0;
    for (int i = 0; i < outputs.length; i++) {
      parts.add(new Part(names.get(i), total, outputs[i]));
      total += outputs[i];
    }
    linear = new LinearWeight(backend, Tensor.zeros(total, inputs));
    this.bias = bias ? Tensor.zeros(1, total) : null;
  }

  int outputs() {
    return linear.outputs();
  }

  void addWeights(Map<String, Tensor> target) {
    addWeights(target, linear.values());
  }

  /** Shows the weights to somebody who does not keep them. */
  void showWeights(Consumer<Map<String, Tensor>> viewer) {
    linear.show(
        values -> {
          Map<String, Tensor> shown = new LinkedHashMap<>();
          addWeights(shown, values);
          viewer.accept(shown);
          return shown;
        });
  }

  private void addWeights(Map<String, Tensor> target, Tensor values) {
    for (Part part : parts) {
      target.put(part.name() + ".weight", rows(values, part));
      if (bias != null) {
        target.put(part.name() + ".bias", bias.columns(part.offset(), part.outputs()));
      }
    }
  }

  private static Tensor rows(Tensor matrix, Part part) {
    return matrix.rows(part.offset(), part.outputs());
  }

  /** Reads the weights, now or when somebody asks for them. */
  void read(WeightLoader loader) {
    List<QuantizedWeight> integers = new ArrayList<>();
    for (Part part : parts) {
      loader
          .quantized(part.name() + ".weight", part.outputs(), linear.inputs())
          .ifPresent(integers::add);
      if (bias != null) {
        loader.read(part.name() + ".bias", bias.columns(part.offset(), part.outputs()));
      }
    }
    Consumer<Tensor> reader =
        target -> parts.forEach(part -> loader.read(part.name() + ".weight", rows(target, part)));
    boolean all = integers.size() == parts.size();
    linear.read(reader, all ? QuantizedWeight.stacked(integers) : null);
  }

  boolean quantized() {
    return linear.quantized();
  }

  void makeTrainable() {
    weightGradient = Tensor.zeros(linear.outputs(), linear.inputs());
    biasGradient = bias == null ? null : Tensor.zeros(1, linear.outputs());
  }

  void addAdapter(LoraConfig config, RandomGenerator random) {
    LoraFactors factors = new LoraFactors(backend, config, parts, linear.inputs(), random);
    if (!factors.isEmpty()) {
      lora = factors;
      dInner = new GrowingTensor(factors.innerColumns());
    }
  }

  void mergeAdapter() {
    linear.thaw();
    if (lora != null) {
      lora.mergeInto(linear.values());
      lora = null;
    }
    reference = null;
  }

  void keepAdapterAsReference() {
    if (lora != null) {
      reference = lora.frozen();
      referenceInner = new GrowingTensor(reference.innerColumns());
    }
  }

  void showReferenceAdapter(BiConsumer<String, Tensor> viewer) {
    if (reference != null) {
      reference.show(viewer);
    }
  }

  void addParameters(List<Parameter> target) {
    if (weightGradient != null) {
      for (Part part : parts) {
        target.add(
            Parameter.matrix(
                part.name() + ".weight", rows(linear.values(), part), rows(weightGradient, part)));
        if (bias != null) {
          target.add(
              Parameter.exempt(
                  part.name() + ".bias",
                  bias.columns(part.offset(), part.outputs()),
                  biasGradient.columns(part.offset(), part.outputs())));
        }
      }
    }
    addAdapterFactors(target);
  }

  void addAdapterFactors(List<Parameter> target) {
    if (lora != null) {
      lora.addParameters(target);
    }
  }

  /**
   * Computes the output.
   *
   * @param saved kept for {@link #backward}
   * @param pass says which adapter is to be added
   * @param decoding the weight for decoding, or null
   */
  void forward(Tensor x, Tensor out, Saved saved, DecoderLayer.Pass pass, PackedMatrix decoding) {
    if (decoding != null) {
      decoding.multiply(x, out);
    } else {
      linear.product(x, out);
    }
    if (bias != null) {
      backend.addRow(bias, out);
    }
    if (pass.adapter() == AdapterUse.REFERENCE && reference != null) {
      reference.forward(x, referenceInner.rows(x.rows()), out);
    }
    saved.adapted = pass.adapter() == AdapterUse.TRAINED && lora != null;
    if (saved.adapted) {
      saved.adapterInput = pass.dropout() == null ? x : drop(x, saved, pass.dropout());
      lora.forward(saved.adapterInput, inner(saved, x.rows()), out);
    }
  }

  /**
   * Prepares the backward pass for an input that another pass has computed the output of, without
   * dropout.
   */
  void recall(Tensor x, Saved saved) {
    saved.adapted = lora != null;
    if (saved.adapted) {
      saved.adapterInput = x;
      lora.inner(x, inner(saved, x.rows()));
    }
  }

  private Tensor inner(Saved saved, int rows) {
    saved.inner = saved.inners.computeIfAbsent(lora.innerColumns(), GrowingTensor::new).rows(rows);
    return saved.inner;
  }

  /** Lets products use a packed copy, because the weight stays as it is from now on. */
  void freeze() {
    linear.freeze();
  }

  /** The weight for decoding, with the adapter merged into it if it takes part. */
  PackedMatrix pack(boolean adapter, DecodingWeights.Packing packing) {
    if (!adapter || lora == null) {
      return linear.pack(packing);
    }
    try (Tensor merged = linear.copy()) {
      lora.mergeInto(merged);
      return packing.pack(backend, merged);
    }
  }

  private Tensor drop(Tensor x, Saved saved, RandomGenerator random) {
    if (lora.dropout() == 0) {
      return x;
    }
    if (saved.mask == null) {
      saved.mask = new GrowingTensor(x.columns());
      saved.dropped = new GrowingTensor(x.columns());
    }
    Tensor mask = saved.mask.rows(x.rows());
    Tensor dropped = saved.dropped.rows(x.rows());
    float kept = (float) (1 / (1 - lora.dropout()));
    float[] row = new float[x.columns()];
    for (int r = 0; r < x.rows(); r++) {
      for (int j = 0; j < row.length; j++) {
        row[j] = random.nextFloat() < lora.dropout() ? 0 : kept;
      }
      mask.writeRow(r, row, 0);
    }
    dropped.copyFrom(x);
    backend.multiply(mask, dropped);
    return dropped;
  }

  /**
   * Adds to the gradients of whatever is trainable.
   *
   * @param dX receives the gradient of the input; null when nobody needs it
   */
  void backward(Tensor dOut, Tensor x, Saved saved, Tensor dX) {
    if (weightGradient != null) {
      backend.gemm(true, false, 1, dOut, x, 1, weightGradient);
      if (bias != null) {
        backend.sumRows(dOut, biasGradient);
      }
    }
    if (dX != null) {
      linear.productBack(dOut, dX);
    }
    if (saved.adapted) {
      Tensor inner = dInner.rows(dOut.rows());
      lora.backward(dOut, saved.adapterInput, saved.inner, inner);
      if (dX != null) {
        adapterInputGradient(inner, saved, dX);
      }
    }
  }

  private void adapterInputGradient(Tensor inner, Saved saved, Tensor dX) {
    if (saved.mask == null) {
      lora.inputGradient(inner, dX);
      return;
    }
    // The dropped copy of the input is not needed any more and serves as scratch.
    Tensor scratch = saved.dropped.rows(dX.rows());
    backend.scale(0, scratch);
    lora.inputGradient(inner, scratch);
    backend.multiply(saved.mask.rows(dX.rows()), scratch);
    backend.add(scratch, dX);
  }
}
