package org.align4j.policy.model;

import java.util.Optional;
import org.align4j.policy.backend.QuantizedWeight;
import org.align4j.policy.backend.Tensor;

/**
 * Where a model's weights come from, for as long as the model lives: frozen weights whose packed
 * copy is in memory are not kept in float32 as well, but read once more when somebody asks for
 * them.
 */
@FunctionalInterface
public interface WeightLoader {
  /**
   * Fills a tensor of the weight's shape by its Hugging Face name; a vector is one row.
   *
   * @param name such as {@code model.norm.weight}
   * @param target is overwritten
   */
  void read(String name, Tensor target);

  /**
   * {@return the same weight in the integers of few bits of which {@link #read} makes its values,
   * if there are any} Errors are those of {@code read}.
   *
   * @param name such as {@code lm_head.weight}
   * @param rows that the model expects
   * @param columns that the model expects
   */
  default Optional<QuantizedWeight> quantized(String name, int rows, int columns) {
    return Optional.empty();
  }
}
