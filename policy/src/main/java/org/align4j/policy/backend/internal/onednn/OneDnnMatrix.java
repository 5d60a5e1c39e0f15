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
  private static final int FEW_ROWS = 96;

  /** Rows at a time, so that their inputs and outputs stay in the second-level cache. */
  private static final int CHUNK_ROWS = 216;

  /** Items per thread that even out what else the processors do. */
  private static final int ITEMS = 4;

  /** Blocks of an item that is cut for that alone; smaller ones are slower. */
  private static final int ITEM_BLOCKS = 8;

  /** Rows that are worth reading a block for once more. */
  private static final int ITEM_ROWS = 4;

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
    blocks = (outputs + OneDnn.BLOCK - 1) / OneDnn.BLOCK;
    long bytes = new ProductShape(precision, 1, inputs, blocks * OneDnn.BLOCK).weights().get_size();
    blockBytes = bytes / blocks;
    packed = new BytePointer(bytes);
    Threads.forEach(blocks, block -> fill(weight, block, inStride, outStride));
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
    if (rows <= FEW_ROWS) {
      shareOutputs(x, out);
    } else {
      shareRows(x, out);
    }
  }

  /** Every thread gets equally many blocks; what is left over is cut by its rows as well. */
  private void shareOutputs(Tensor x, Tensor out) {
    int threads = Threads.COUNT;
    int each = blocks / threads;
    int cuts = each == 0 ? 0 : Math.max(1, Math.min(ITEMS, each / ITEM_BLOCKS)) * threads;
    int even = each * threads;
    int left = blocks - even;
    int rows = x.rows();
    int rowCuts = left == 0 ? 0 : Math.max(1, Math.min(threads / left, rows / ITEM_ROWS));
    Threads.forEach(
        cuts + left * rowCuts,
        item -> {
          if (item < cuts) {
            int from = start(item, even, cuts);
            multiply(x, from, start(item + 1, even, cuts) - from, out);
          } else {
            int cut = (item - cuts) % rowCuts;
            int from = start(cut, rows, rowCuts);
            int count = start(cut + 1, rows, rowCuts) - from;
            multiply(x.rows(from, count), even + (item - cuts) / rowCuts, 1, out.rows(from, count));
          }
        });
  }

  private void shareRows(Tensor x, Tensor out) {
    int rows = x.rows();
    int wave = Threads.COUNT * CHUNK_ROWS;
    int chunks = (rows + wave - 1) / wave * Threads.COUNT;
    Threads.forEach(
        chunks,
        item -> {
          int from = start(item, rows, chunks);
          int count = start(item + 1, rows, chunks) - from;
          multiply(x.rows(from, count), 0, blocks, out.rows(from, count));
        });
  }

  /** Where a part begins, of {@code parts} as equal ones as possible. */
  private static int start(int part, int all, int parts) {
    return (int) ((long) part * all / parts);
  }

  /** Some blocks of outputs for some rows. */
  private void multiply(Tensor x, int block, int count, Tensor out) {
    int column = block * OneDnn.BLOCK;
    int columns = Math.min(count * OneDnn.BLOCK, outputs - column);
    int threads = OpenMp.alone();
    try {
      long address = packed.address() + block * blockBytes;
      Workspace.current()
          .multiply(precision, x, address, count * OneDnn.BLOCK, out.columns(column, columns));
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
