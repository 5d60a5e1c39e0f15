package org.align4j.policy.model;

import java.util.function.Supplier;
import org.align4j.policy.backend.PackedMatrix;
import org.align4j.policy.backend.Tensor;

/** A weight that is packed at its first product, so that what is never asked for costs nothing. */
final class LazyMatrix implements PackedMatrix {
  private final Supplier<PackedMatrix> packing;
  private PackedMatrix packed;

  LazyMatrix(Supplier<PackedMatrix> packing) {
    this.packing = packing;
  }

  @Override
  public void multiply(Tensor x, Tensor out) {
    if (packed == null) {
      packed = packing.get();
    }
    packed.multiply(x, out);
  }

  @Override
  public void close() {
    if (packed != null) {
      packed.close();
    }
  }
}
