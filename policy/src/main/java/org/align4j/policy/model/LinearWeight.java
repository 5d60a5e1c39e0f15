package org.align4j.policy.model;

import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.PackedMatrix;
import org.align4j.policy.backend.Tensor;

/** A weight [outputs, inputs] and its products, on packed copies while it is frozen. */
final class LinearWeight {
  private final Backend backend;
  private final Tensor values;
  private boolean frozen;
  private PackedMatrix packed;
  private PackedMatrix packedBack;

  LinearWeight(Backend backend, Tensor values) {
    this.backend = backend;
    this.values = values;
  }

  /** Lets products use packed copies, because the values stay as they are from now on. */
  void freeze() {
    frozen = true;
  }

  /** Drops the packed copies, because the values change or will. */
  void thaw() {
    frozen = false;
    if (packed != null) {
      packed.close();
      packed = null;
    }
    if (packedBack != null) {
      packedBack.close();
      packedBack = null;
    }
  }

  boolean frozen() {
    return frozen;
  }

  /** The values packed as they are now; closing this leaves the copy of a frozen weight alone. */
  PackedMatrix pack() {
    return frozen ? packed().shared() : backend.pack(values);
  }

  private PackedMatrix packed() {
    if (packed == null) {
      packed = backend.pack(values);
    }
    return packed;
  }

  /** out = x · Wᵀ. */
  void product(Tensor x, Tensor out) {
    if (frozen) {
      packed().multiply(x, out);
    } else {
      backend.gemm(false, true, 1, x, values, 0, out);
    }
  }

  /** dX = dOut · W. */
  void productBack(Tensor dOut, Tensor dX) {
    if (frozen) {
      if (packedBack == null) {
        packedBack = backend.packTransposed(values);
      }
      packedBack.multiply(dOut, dX);
    } else {
      backend.gemm(false, false, 1, dOut, values, 0, dX);
    }
  }
}
