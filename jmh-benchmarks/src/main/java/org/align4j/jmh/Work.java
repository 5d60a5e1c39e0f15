package org.align4j.jmh;

/**
 * What one call of a benchmark must do at least.
 *
 * @param flops floating-point operations, a multiply-add being two
 * @param bytes read from and written to memory if every operand moves once
 */
record Work(double flops, double bytes) {
  /** A product of [m, k] and [k, n] in float32. */
  static Work product(double m, double n, double k) {
    return new Work(2 * m * n * k, Float.BYTES * (m * k + k * n + m * n));
  }

  /** An operation that is bound by memory: so many floats moved. */
  static Work moving(double floats) {
    return new Work(0, Float.BYTES * floats);
  }

  Work plus(Work other) {
    return new Work(flops + other.flops, bytes + other.bytes);
  }
}
