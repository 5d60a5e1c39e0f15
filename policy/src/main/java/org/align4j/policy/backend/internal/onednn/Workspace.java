package org.align4j.policy.backend.internal.onednn;

import java.lang.ref.Reference;
import org.align4j.policy.backend.Precision;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.Address;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** What one thread keeps between products: compiled kernels and memory for their operands. */
final class Workspace {
  private static final ThreadLocal<Workspace> CURRENT = ThreadLocal.withInitial(Workspace::new);

  /** Shapes that are kept compiled; ragged batches have many, and one costs 0.2 ms. */
  private static final int KEPT = 256;

  /**
   * oneDNN's kernels for one to three rows read the weights more slowly than the one for four. Rows
   * that are added cost nothing, and nobody reads them.
   */
  private static final int LEAST_ROWS = 4;

  private final stream queue = new stream(OneDnn.engine());
  private final dnnl_stream queueHandle = queue.get();
  private final LeastRecent<ProductShape, InnerProduct> products =
      new LeastRecent<>(KEPT, InnerProduct::new);
  private final LeastRecent<Staging.Shape, Staging> stagings =
      new LeastRecent<>(KEPT, Staging.Shape::staging);
  private BytePointer staged = new BytePointer(1);
  private BytePointer scratch = new BytePointer(1);
  private Tensor result = Tensor.zeros(1, 1);
  private final Address source = new Address();
  private final Address weights = new Address();
  private final Address target = new Address();

  private Workspace() {}

  static Workspace current() {
    return CURRENT.get();
  }

  stream queue() {
    return queue;
  }

  /**
   * out = x · packed.
   *
   * @param packed address of a weight's blocks
   * @param outputs that the blocks hold; those beyond {@code out.columns()} are padding
   */
  void multiply(Precision precision, Tensor x, long packed, int outputs, Tensor out) {
    int rows = x.rows();
    int padded = Math.max(LEAST_ROWS, rows);
    ProductShape shape = new ProductShape(precision, padded, x.columns(), outputs);
    InnerProduct product = products.get(shape);
    boolean direct = out.stride() == outputs && out.columns() == outputs && padded == rows;
    Tensor to = direct ? out : result(padded * outputs);
    try {
      product.run(
          queueHandle,
          source(precision, x, padded),
          weights.at(packed),
          target.at(to.address()),
          scratch(product.scratchBytes()));
    } finally {
      Reference.reachabilityFence(x);
      Reference.reachabilityFence(to);
    }
    if (!direct) {
      for (int r = 0; r < rows; r++) {
        out.copyRow(r, result, 0, r * outputs);
      }
    }
  }

  private Pointer source(Precision precision, Tensor x, int padded) {
    if (precision == Precision.FLOAT32 && x.stride() == x.columns() && padded == x.rows()) {
      return source.at(x.address());
    }
    long bytes = (long) padded * x.columns() * Float.BYTES;
    if (staged.capacity() < bytes) {
      staged = grown(staged, bytes);
    }
    stagings
        .get(new Staging.Shape(precision, x.rows(), x.columns(), x.stride()))
        .run(queue, source.at(x.address()), staged);
    return staged;
  }

  private Pointer scratch(long bytes) {
    if (scratch.capacity() < bytes) {
      scratch = grown(scratch, bytes);
    }
    return scratch;
  }

  private Tensor result(int elements) {
    if (result.columns() < elements) {
      result.close();
      result = Tensor.zeros(1, elements);
    }
    return result;
  }

  private static BytePointer grown(BytePointer old, long bytes) {
    old.close();
    return new BytePointer(bytes + bytes / 8);
  }
}
