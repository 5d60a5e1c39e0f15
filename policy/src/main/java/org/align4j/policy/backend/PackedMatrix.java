package org.align4j.policy.backend;

/**
 * A copy of a weight in the layout in which its backend multiplies by it fastest. Later changes of
 * the weight do not reach it.
 */
@FunctionalInterface
public interface PackedMatrix extends AutoCloseable {

  /**
   * out = x · Wᵀ, or x · W where the weight was packed transposed.
   *
   * @param x [rows, inputs]
   * @param out overwritten
   */
  void multiply(Tensor x, Tensor out);

  /**
   * Rejects operands that do not fit a weight.
   *
   * @param inputs columns of x
   * @param outputs columns of out
   * @param x the first operand
   * @param out the result
   */
  static void checkShapes(int inputs, int outputs, Tensor x, Tensor out) {
    if (x.columns() != inputs || out.columns() != outputs || out.rows() != x.rows()) {
      throw new IllegalArgumentException(
          "packed product: x is "
              + x.shape()
              + ", W is ["
              + outputs
              + ", "
              + inputs
              + "], out is "
              + out.shape());
    }
  }

  /** Frees what lies outside the Java heap, which otherwise waits for the garbage collector. */
  @Override
  default void close() {}

  /** {@return the same weight for someone who closes it although others go on to use it} */
  default PackedMatrix shared() {
    return (x, out) -> multiply(x, out);
  }
}
