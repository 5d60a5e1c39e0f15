package org.align4j.policy.backend;

/**
 * A copy of a weight in the layout in which its backend multiplies by it fastest. Later changes of
 * the weight do not reach it.
 */
@FunctionalInterface
public interface PackedMatrix {

  /**
   * out = x · Wᵀ.
   *
   * @param x [rows, inputs]
   * @param out [rows, outputs], overwritten
   */
  void multiply(Tensor x, Tensor out);
}
