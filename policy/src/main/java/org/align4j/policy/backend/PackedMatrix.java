package org.align4j.policy.backend;

/**
 * A copy of a weight in the layout in which its backend multiplies by it fastest. Later changes of
 * the weight do not reach it.
 */
@FunctionalInterface
public interface PackedMatrix {

  /**
   * out = x · Wᵀ, or x · W where the weight was packed transposed.
   *
   * @param out overwritten
   */
  void multiply(Tensor x, Tensor out);
}
