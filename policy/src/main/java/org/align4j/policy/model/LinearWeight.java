package org.align4j.policy.model;

import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.PackedMatrix;
import org.align4j.policy.backend.QuantizedWeight;
import org.align4j.policy.backend.Tensor;

/**
 * A weight [outputs, inputs] and its products, on packed copies while it is frozen. Values that can
 * be read again are then not kept beside those copies.
 */
final class LinearWeight {
  private final Backend backend;
  private final int outputs;
  private final int inputs;
  private Tensor values;
  private Consumer<Tensor> reader;
  private QuantizedWeight integers;
  private boolean frozen;
  private PackedMatrix packed;
  private PackedMatrix packedBack;

  LinearWeight(Backend backend, Tensor values) {
    this.backend = backend;
    this.values = values;
    outputs = values.rows();
    inputs = values.columns();
  }

  int outputs() {
    return outputs;
  }

  int inputs() {
    return inputs;
  }

  /**
   * Reads the values, and once more when a packed copy has taken their place and somebody asks.
   *
   * @param source fills a tensor with them
   * @param stored integers that they are made of, or null; with them nothing is read before
   *     somebody asks, because decoding may do without
   */
  void read(Consumer<Tensor> source, QuantizedWeight stored) {
    reader = source;
    integers = stored;
    if (stored != null) {
      release();
    } else if (values == null) {
      loaded();
    } else {
      source.accept(values);
    }
  }

  /** Names the integers that values which somebody else has read were computed from. */
  void quantizedFrom(QuantizedWeight stored) {
    integers = stored;
  }

  /** Whether the values are made of integers of few bits. */
  boolean quantized() {
    return integers != null;
  }

  /**
   * The values for somebody who may write to them, so that they stay in memory and are never read
   * from a file again.
   */
  Tensor values() {
    Tensor writable = loaded();
    reader = null;
    integers = null;
    return writable;
  }

  private Tensor loaded() {
    if (values == null) {
      values = read();
    }
    return values;
  }

  /** Shows the values to somebody who does not keep them. */
  <T> T show(Function<Tensor, T> viewer) {
    if (values != null) {
      return viewer.apply(values);
    }
    try (Tensor read = read()) {
      return viewer.apply(read);
    }
  }

  /** A copy of the values that belongs to the caller. */
  Tensor copy() {
    return values == null ? read() : values.copy();
  }

  private Tensor read() {
    Tensor target = Tensor.zeros(outputs, inputs);
    reader.accept(target);
    return target;
  }

  /** Lets products use packed copies, because the values stay as they are from now on. */
  void freeze() {
    frozen = true;
  }

  /** Drops the packed copies, because the values change or will. */
  void thaw() {
    values();
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

  /**
   * The values packed as they are now; closing this leaves the copy of a frozen weight alone.
   *
   * @param packing how
   */
  PackedMatrix pack(DecodingWeights.Packing packing) {
    if (packing == DecodingWeights.Packing.QUANTIZED) {
      return backend.packQuantized(integers);
    }
    if (packing == DecodingWeights.Packing.ANY_ROWS && frozen) {
      return packed().shared();
    }
    Supplier<PackedMatrix> packer = () -> show(weight -> packing.pack(backend, weight));
    return packing == DecodingWeights.Packing.SINGLE_ROWS_LATER
        ? new LazyMatrix(packer)
        : packer.get();
  }

  private PackedMatrix packed() {
    if (packed == null) {
      packed = show(backend::pack);
      release();
    }
    return packed;
  }

  private void release() {
    if (reader != null && values != null) {
      values.close();
      values = null;
    }
  }

  /** out = x · Wᵀ. */
  void product(Tensor x, Tensor out) {
    if (frozen) {
      packed().multiply(x, out);
    } else {
      backend.gemm(false, true, 1, x, loaded(), 0, out);
    }
  }

  /** dX = dOut · W. */
  void productBack(Tensor dOut, Tensor dX) {
    if (frozen) {
      if (packedBack == null) {
        packedBack = show(backend::packTransposed);
      }
      packedBack.multiply(dOut, dX);
    } else {
      backend.gemm(false, false, 1, dOut, loaded(), 0, dX);
    }
  }
}
