package org.align4j.policy.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.lora.LoraConfig;

/**
 * The adapter of a fused projection: out_part += scale · (x Aᵀ)_part B_partᵀ. The A's of all
 * adapted parts are stacked, so that x goes through one product; dropout draws one mask for the
 * stack.
 */
final class LoraFactors {
  private final Backend backend;
  private final LoraConfig config;
  private final List<Projection.Part> parts = new ArrayList<>();
  private final Tensor a;
  private final Tensor aGradient;
  private final List<Tensor> b = new ArrayList<>();
  private final List<Tensor> bGradients = new ArrayList<>();

  LoraFactors(
      Backend backend,
      LoraConfig config,
      List<Projection.Part> candidates,
      int inputs,
      RandomGenerator random) {
    this.backend = backend;
    this.config = config;
    for (Projection.Part part : candidates) {
      if (config.targets().contains(part.shortName())) {
        parts.add(part);
      }
    }
    a = Tensor.zeros(parts.size() * config.rank(), inputs);
    aGradient = Tensor.zeros(a.rows(), inputs);
    // PEFT: A is Kaiming-uniform with a = √5, which is U(-1/√in, 1/√in); B is zero.
    float bound = (float) (1 / Math.sqrt(inputs));
    for (int r = 0; r < a.rows(); r++) {
      for (int j = 0; j < inputs; j++) {
        a.set(r, j, random.nextFloat(-bound, bound));
      }
    }
    for (Projection.Part part : parts) {
      b.add(Tensor.zeros(part.outputs(), config.rank()));
      bGradients.add(Tensor.zeros(part.outputs(), config.rank()));
    }
  }

  /** Copies of others, without gradients. */
  private LoraFactors(LoraFactors others) {
    backend = others.backend;
    config = others.config;
    parts.addAll(others.parts);
    a = others.a.copy();
    aGradient = null;
    others.b.forEach(factor -> b.add(factor.copy()));
  }

  /** The factors as they are now, never to be trained. */
  LoraFactors frozen() {
    return new LoraFactors(this);
  }

  /** Shows every factor under a name that holds the scale too. */
  void show(BiConsumer<String, Tensor> viewer) {
    for (int p = 0; p < parts.size(); p++) {
      String name = parts.get(p).name() + " * " + config.scale();
      viewer.accept(name + ".lora_A.weight", a.rows(p * config.rank(), config.rank()));
      viewer.accept(name + ".lora_B.weight", b.get(p));
    }
  }

  boolean isEmpty() {
    return parts.isEmpty();
  }

  /** Columns of x·Aᵀ. */
  int innerColumns() {
    return a.rows();
  }

  double dropout() {
    return config.dropout();
  }

  /**
   * Adds the adapter's output.
   *
   * @param inner receives x·Aᵀ, needed by the backward pass
   */
  void forward(Tensor x, Tensor inner, Tensor out) {
    inner(x, inner);
    for (int p = 0; p < parts.size(); p++) {
      Projection.Part part = parts.get(p);
      backend.gemm(
          false,
          true,
          config.scale(),
          slice(inner, p),
          b.get(p),
          1,
          out.columns(part.offset(), part.outputs()));
    }
  }

  /** inner = x·Aᵀ. */
  void inner(Tensor x, Tensor inner) {
    backend.gemm(false, true, 1, x, a, 0, inner);
  }

  /**
   * Adds to the gradients of A and B.
   *
   * @param dInner receives d loss / d(x·Aᵀ)
   */
  void backward(Tensor dOut, Tensor x, Tensor inner, Tensor dInner) {
    for (int p = 0; p < parts.size(); p++) {
      Projection.Part part = parts.get(p);
      Tensor dPart = dOut.columns(part.offset(), part.outputs());
      backend.gemm(true, false, config.scale(), dPart, slice(inner, p), 1, bGradients.get(p));
      backend.gemm(false, false, config.scale(), dPart, b.get(p), 0, slice(dInner, p));
    }
    backend.gemm(true, false, 1, dInner, x, 1, aGradient);
  }

  /** dX += dInner · A. */
  void inputGradient(Tensor dInner, Tensor dX) {
    backend.gemm(false, false, 1, dInner, a, 1, dX);
  }

  /** weight += scale · B·A, on the rows of each adapted part. */
  void mergeInto(Tensor weight) {
    for (int p = 0; p < parts.size(); p++) {
      Projection.Part part = parts.get(p);
      backend.gemm(
          false,
          false,
          config.scale(),
          b.get(p),
          a.rows(p * config.rank(), config.rank()),
          1,
          weight.rows(part.offset(), part.outputs()));
    }
  }

  void addParameters(List<Parameter> target) {
    for (int p = 0; p < parts.size(); p++) {
      String name = parts.get(p).name();
      int from = p * config.rank();
      target.add(
          Parameter.matrix(
              name + ".lora_A.weight",
              a.rows(from, config.rank()),
              aGradient.rows(from, config.rank())));
      target.add(Parameter.matrix(name + ".lora_B.weight", b.get(p), bGradients.get(p)));
    }
  }

  private Tensor slice(Tensor stacked, int part) {
    return stacked.columns(part * config.rank(), config.rank());
  }
}
