package org.align4j.policy.model;

import org.align4j.policy.backend.Tensor;

/**
 * A trainable matrix with its gradient.
 *
 * @param name PEFT's or Hugging Face's name, for checkpoints and messages
 * @param value the weights, updated in place
 * @param gradient same shape, added to by backward passes
 */
public record Parameter(String name, Tensor value, Tensor gradient) {}
