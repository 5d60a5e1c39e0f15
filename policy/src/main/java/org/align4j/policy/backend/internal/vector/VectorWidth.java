package org.align4j.policy.backend.internal.vector;

import java.util.function.IntSupplier;

/** Bits of the vectors that the kernels use; found by name, since not every JVM can load this. */
public final class VectorWidth implements IntSupplier {
  @Override
  public int getAsInt() {
    return ElementwiseKernels.SPECIES.vectorBitSize();
  }
}
