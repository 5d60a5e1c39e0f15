package org.align4j.policy.backend.internal.onednn;

import java.lang.ref.Reference;
import org.align4j.policy.backend.PackedMatrix;
import org.align4j.policy.backend.Precision;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.backend.internal.Threads;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** A weight outside the Java heap in the layout of oneDNN's kernels. */
public final class OneDnnMatrix implements PackedMatrix {
  /** Up to so many rows, threads share the outputs; with more rows they share the rows. */
  private static final int FEW_ROWS = 80;

  /**
   * The same for narrow weights in bfloat16, which each thread can read as a whole, whereas few
   * blocks cannot be shared evenly.
   */
  private static final int FEW_ROWS_NARROW = 28;

  /** Blocks of a narrow weight. */
  private static final int NARROW = 16;

  /** Rows at a time, so that their inputs and outputs stay in the second-level cache. */
  private static final int CHUNK_ROWS = 216;

  /** Items per thread that even out what else the processors do. */
  private static final int ITEMS = 4;

  private final Precision precision;
  private final int inputs;
  private final int outputs;
  private final int blocks;
  private final BytePointer packed;
  private final long blockBytes;

  private OneDnnMatrix(
      Precision precision, Tensor weight, int inputs, int outputs, int inStride, int outStride) {
    this.precision = precision;
    this.inputs = inputs;
    this.outputs = outputs;
    blocks = Math.max(OneDnn.MIN_BLOCKS, (outputs + OneDnn.BLOCK - 1) / OneDnn.BLOCK);
    long bytes = new MatmulShape(precision, 2, inputs, blocks * OneDnn.BLOCK).weights().get_size();
    blockBytes = bytes / blocks;
    packed = new BytePointer(bytes);
    if (outputs < OneDnn.MIN_BLOCKS * OneDnn.BLOCK) {
      Pointer.memset(packed, 0, bytes);
    }
    Threads.forEach(
        (outputs + OneDnn.BLOCK - 1) / OneDnn.BLOCK,
        block -> fill(weight, block, inStride, outStride));
  }

  /** Packs W [outputs, inputs] for x · Wᵀ. */
  public static OneDnnMatrix of(Precision precision, Tensor weight) {
    return new OneDnnMatrix(precision, weight, weight.columns(), weight.rows(), 1, weight.stride());
  }

  /** Packs W [inputs, outputs] for x · W. */
  public static OneDnnMatrix ofTransposed(Precision precision, Tensor weight) {
    return new OneDnnMatrix(precision, weight, weight.rows(), weight.columns(), weight.stride(), 1);
  }

  private void fill(Tensor weight, int block, int inStride, int outStride) {
    int from = block * OneDnn.BLOCK;
    int count = Math.min(OneDnn.BLOCK, outputs - from);
    Pointer source = weight.pointer().getPointer((long) from * outStride);
    int threads = OpenMp.alone();
    try {
      Staging.toPacked(precision, inputs, count, inStride, outStride)
          .run(Workspace.current().queue(), source, packed.getPointer(block * blockBytes));
    } finally {
      OpenMp.restore(threads);
    }
  }

  @Override
  public void multiply(Tensor x, Tensor out) {
    PackedMatrix.checkShapes(inputs, outputs, x, out);
    if (packed.isNull()) {
      throw new IllegalStateException("the packed weight has been closed");
    }
    int rows = x.rows();
    if (rows == 0) {
      return;
    }
    boolean narrow = precision == Precision.BFLOAT16 && blocks <= NARROW;
    if (rows <= (narrow ? FEW_ROWS_NARROW : FEW_ROWS)) {
      shareOutputs(x, out);
    } else {
      shareRows(x, out);
    }
  }

  private void shareOutputs(Tensor x, Tensor out) {
    int items = Math.max(1, Math.min(blocks / OneDnn.MIN_BLOCKS, ITEMS * Threads.COUNT));
    Threads.forEach(
        items,
        item -> {
          int from = (int) ((long) item * blocks / items);
          int count = (int) ((item + 1L) * blocks / items) - from;
          int column = from * OneDnn.BLOCK;
          int columns = Math.min(count * OneDnn.BLOCK, outputs - column);
          multiply(x, from, count, out.columns(column, columns));
        });
  }

  private void shareRows(Tensor x, Tensor out) {
    int rows = x.rows();
    int wave = Threads.COUNT * CHUNK_ROWS;
    int chunks = (rows + wave - 1) / wave * Threads.COUNT;
    Threads.forEach(
        chunks,
        item -> {
          int from = (int) ((long) item * rows / chunks);
          int count = (int) ((item + 1L) * rows / chunks) - from;
          multiply(x.rows(from, count), 0, blocks, out.rows(from, count));
        });
  }

  private void multiply(Tensor x, int block, int count, Tensor out) {
    int threads = OpenMp.alone();
    try {
      long address = packed.address() + block * blockBytes;
      Workspace.current().multiply(precision, x, address, count * OneDnn.BLOCK, out);
    } finally {
      OpenMp.restore(threads);
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public void close() {
    packed.close();
  }
}
