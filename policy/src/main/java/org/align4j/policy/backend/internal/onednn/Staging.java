package org.align4j.policy.backend.internal.onednn;

import org.align4j.policy.backend.Precision;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Pointer;

/** A copy of a float32 matrix in another type or layout. */
final class Staging {
  private final memory from;
  private final memory to;
  private final reorder primitive;

  private Staging(memory.desc source, memory.desc target) {
    from = new memory(source, OneDnn.engine(), null);
    to = new memory(target, OneDnn.engine(), null);
    primitive = new reorder(from, to);
  }

  /** Rows that lie {@code stride} apart, to rows without gaps. */
  record Shape(Precision precision, int rows, int columns, int stride) {
    Staging staging() {
      return new Staging(
          matrix(rows, columns, stride, 1),
          new memory.desc(
              new long[] {rows, columns}, OneDnn.type(precision), memory.format_tag.ab));
    }
  }

  /**
   * To the layout of a packed weight; outputs that are missing from the last block become zeros.
   *
   * @param inputStride elements between an output's weights of two inputs
   * @param outputStride elements between an input's weights of two outputs
   */
  static Staging toPacked(
      Precision precision, int inputs, int outputs, int inputStride, int outputStride) {
    return new Staging(
        matrix(outputs, inputs, outputStride, inputStride),
        new memory.desc(
            new long[] {outputs, inputs}, OneDnn.type(precision), OneDnn.packedLayout(precision)));
  }

  private static memory.desc matrix(int rows, int columns, int rowStride, int columnStride) {
    return new memory.desc(
        new long[] {rows, columns}, memory.data_type.f32, new long[] {rowStride, columnStride});
  }

  void run(stream queue, Pointer source, Pointer target) {
    from.set_data_handle(source);
    to.set_data_handle(target);
    primitive.execute(queue, from, to);
  }
}
