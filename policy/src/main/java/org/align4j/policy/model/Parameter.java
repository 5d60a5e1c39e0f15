package org.align4j.policy.model;

import org.align4j.policy.backend.Tensor;

/**
 * A trainable matrix with its gradient.
 *
 * @param name PEFT's or Hugging Face's name, for checkpoints and messages
 * @param value the weights, updated in place
 * @param gradient same shape, added to by backward passes
 * @param decays whether weight decay acts on it; a matter of its role, whatever its shape
 */
public record Parameter(String name, Tensor value, Tensor gradient, boolean decays) {

  /**
   * {@return a matrix of a linear layer or an embedding, which weight decay acts on}
   *
   * @param name in a checkpoint
   * @param value the weights, [outputs, inputs]
   * @param gradient of the same shape
   */
  public static Parameter matrix(String name, Tensor value, Tensor gradient) {
    return new Parameter(name, value, gradient, true);
  }

  /**
   * {@return a norm's weight or a bias, which transformers exempts from weight decay}
   *
   * @param name in a checkpoint
   * @param value the weights, one row
   * @param gradient of the same shape
   */
  public static Parameter exempt(String name, Tensor value, Tensor gradient) {
    return new Parameter(name, value, gradient, false);
  }

  /** The same under another name. */
  Parameter named(String other) {
    return new Parameter(other, value, gradient, decays);
  }
}
