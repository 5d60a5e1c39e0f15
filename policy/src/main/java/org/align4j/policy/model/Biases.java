package org.align4j.policy.model;

/**
 * Which projections of a layer add a bias.
 *
 * @param qkv queries, keys and values
 * @param output what attention gives back to the residual stream
 * @param feedForward all three of the feed-forward layer
 */
public record Biases(boolean qkv, boolean output, boolean feedForward) {
  /** No projection. */
  public static final Biases NONE = new Biases(false, false, false);

  /** Queries, keys and values alone, as in Qwen2. */
  public static final Biases QKV = new Biases(true, false, false);
}
