package org.align4j.policy.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.lora.LoraConfig;

/**
 * The adapter of a fused projection: out_part += scale_part · (x Aᵀ)_part B_partᵀ. The A's of all
 * adapted parts are stacked, so that x goes through one product; dropout draws one mask for the
 * stack. Parts may differ in rank and scale.
 */
final class LoraFactors {

  /**
   * An adapted part and its place in the stack.
   *
   * @param from its first row of A, and its first column of x·Aᵀ
   */
  private record Adapted(Projection.Part part, int from, int rank, float scale) {
    String name() {
      return part.name();
    }

    /** Its rows of A or of A's gradient. */
    Tensor rows(Tensor stack) {
      return stack.rows(from, rank);
    }

    /** Its columns of x·Aᵀ or of that product's gradient. */
    Tensor columns(Tensor inner) {
      return inner.columns(from, rank);
    }

    /** Its columns of the projection's output or of that output's gradient. */
    Tensor outputs(Tensor out) {
      return out.columns(part.offset(), part.outputs());
    }
  }

  private final Backend backend;
  private final double dropout;
  private final List<Adapted> parts = new ArrayList<>();
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
    dropout = config.dropout();
    int ranks = 0;
    for (Projection.Part part : candidates) {
      if (config.targets().contains(part.shortName())) {
        int rank = config.rank(part.name());
        parts.add(new Adapted(part, ranks, rank, config.scale(part.name())));
        b.add(Tensor.zeros(part.outputs(), rank));
        bGradients.add(Tensor.zeros(part.outputs(), rank));
        ranks += rank;
      }
    }
    a = Tensor.zeros(ranks, inputs);
    aGradient = Tensor.zeros(a.rows(), inputs);
    // PEFT: A is Kaiming-uniform with a = √5, which is U(-1/√in, 1/√in); B is zero.
    float bound = (float) (1 / Math.sqrt(inputs));
    for (int r = 0; r < a.rows(); r++) {
      for (int j = 0; j < inputs; j++) {
        a.set(r, j, random.nextFloat(-bound, bound));
      }
    }
  }

  /** Copies of others, without gradients. */
  private LoraFactors(LoraFactors others) {
    backend = others.backend;
    dropout = others.dropout;
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
      Adapted part = parts.get(p);
      String name = part.name() + " * " + part.scale();
      viewer.accept(name + ".lora_A.weight", part.rows(a));
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
    return dropout;
  }

  /**
   * Adds the adapter's output.
   *
   * @param inner receives x·Aᵀ, needed by the backward pass
   */
  void forward(Tensor x, Tensor inner, Tensor out) {
    inner(x, inner);
    for (int p = 0; p < parts.size(); p++) {
      Adapted part = parts.get(p);
      backend.gemm(false, true, part.scale(), part.columns(inner), b.get(p), 1, part.outputs(out));
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
      Adapted part = parts.get(p);
      Tensor dPart = part.outputs(dOut);
      backend.gemm(true, false, part.scale(), dPart, part.columns(inner), 1, bGradients.get(p));
      backend.gemm(false, false, part.scale(), dPart, b.get(p), 0, part.columns(dInner));
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
      Adapted part = parts.get(p);
      Tensor rows = weight.rows(part.part().offset(), part.part().outputs());
      backend.gemm(false, false, part.scale(), b.get(p), part.rows(a), 1, rows);
    }
  }

  void addParameters(List<Parameter> target) {
    for (int p = 0; p < parts.size(); p++) {
      Adapted part = parts.get(p);
      String name = part.name();
      target.add(Parameter.matrix(name + ".lora_A.weight", part.rows(a), part.rows(aGradient)));
      target.add(Parameter.matrix(name + ".lora_B.weight", b.get(p), bGradients.get(p)));
    }
  }
}
