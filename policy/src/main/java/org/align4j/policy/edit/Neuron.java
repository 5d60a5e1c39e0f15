package org.align4j.policy.edit;

import java.util.Arrays;

/**
 * A neuron of a feed-forward block gated by SiLU: it adds silu(gate · x) (up · x) down to the
 * residual stream, where x is the block's normalised input.
 *
 * @param gate one weight an input
 * @param up one weight an input
 * @param down one weight an output
 */
public record Neuron(double[] gate, double[] up, double[] down) {

  /**
   * Keeps copies.
   *
   * @param gate one weight an input
   * @param up one weight an input
   * @param down one weight an output
   */
  public Neuron {
    gate = gate.clone();
    up = up.clone();
    down = down.clone();
  }

  /** The largest change that it can make for inputs of norm 1, up to SiLU's factor. */
  double strength() {
    return norm(gate) * norm(up) * norm(down);
  }

  private static double norm(double[] vector) {
    return Math.sqrt(Arrays.stream(vector).map(x -> x * x).sum());
  }
}
