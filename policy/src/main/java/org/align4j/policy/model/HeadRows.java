package org.align4j.policy.model;

import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Tensor;

/**
 * The rows that the head reads, between the last layer and the head: picked from the layer's output
 * and normalised, forward and back.
 */
final class HeadRows {
  private final Backend backend;
  private final Tensor norm;
  private final float epsilon;
  private final GrowingTensor picked;
  private final GrowingTensor normed;
  private final GrowingTensor inverseRms = new GrowingTensor(1);
  private final GrowingTensor dPicked;
  private final GrowingTensor dOutput;
  private Tensor normGradient;

  /**
   * Prepares passes.
   *
   * @param norm weight of the final norm, [1, hidden]
   * @param epsilon of the norm
   */
  HeadRows(Backend backend, Tensor norm, float epsilon) {
    this.backend = backend;
    this.norm = norm;
    this.epsilon = epsilon;
    picked = new GrowingTensor(norm.columns());
    normed = new GrowingTensor(norm.columns());
    dPicked = new GrowingTensor(norm.columns());
    dOutput = new GrowingTensor(norm.columns());
  }

  /** Lets backward passes add to this gradient of the norm's weight. */
  void trainInto(Tensor gradient) {
    normGradient = gradient;
  }

  /**
   * Picks rows and normalises them.
   *
   * @param x the last layer's output, [rows, hidden]
   * @param rows that the head reads
   * @return [picked rows, hidden], valid until the next pass
   */
  Tensor forward(Tensor x, int[] rows) {
    Tensor in = picked.rows(rows.length);
    backend.gather(x, rows, in);
    Tensor out = normed.rows(rows.length);
    backend.rmsNorm(in, norm, epsilon, out, inverseRms.rows(rows.length));
    return out;
  }

  /** What the last pass gave, if it was over so many picked rows. */
  Tensor last(int count) {
    return normed.rows(count);
  }

  /**
   * Back-propagates through the last pass.
   *
   * @param dNormed d loss / d what {@link #forward} gave
   * @param rows that it picked
   * @param total rows of the last layer's output
   * @return d loss / d the last layer's output, [total, hidden], valid until the next call
   */
  Tensor backward(Tensor dNormed, int[] rows, int total) {
    Tensor d = dPicked.rows(rows.length);
    backend.scale(0, d);
    backend.rmsNormBackward(
        dNormed, picked.rows(rows.length), norm, inverseRms.rows(rows.length), d, normGradient);
    Tensor out = dOutput.rows(total);
    backend.scale(0, out);
    backend.scatterAdd(d, rows, out);
    return out;
  }
}
