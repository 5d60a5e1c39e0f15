package org.align4j.policy.format;

import java.util.Set;
import java.util.stream.IntStream;
import org.align4j.policy.backend.Tensor;

/** Named matrices in a file, by Hugging Face's names, converted to float32 when read. */
public interface WeightSource extends AutoCloseable {

  /** All names. */
  Set<String> names();

  /** Dimensions, outermost first; a vector has one. */
  long[] shape(String name);

  /**
   * Fills a tensor of the same number of rows and columns (a vector is one row).
   *
   * @throws ModelFileException if the tensor is missing or its shape differs
   */
  void read(String name, Tensor target);

  @Override
  void close();

  /** Converts one stored row. */
  @FunctionalInterface
  interface RowDecoder {
    /** Fills {@code values} with stored row {@code row}; returns where it goes in the tensor. */
    int decode(int row, float[] values);
  }

  /** Fills a tensor by all processors, with few arrays in between. */
  static void fill(Tensor target, RowDecoder decoder) {
    int rows = target.rows();
    int pieces = Math.min(rows, 8);
    IntStream.range(0, pieces)
        .parallel()
        .forEach(
            piece -> {
              float[] values = new float[target.columns()];
              int end = (int) ((piece + 1L) * rows / pieces);
              for (int r = (int) ((long) piece * rows / pieces); r < end; r++) {
                target.writeRow(decoder.decode(r, values), values, 0);
              }
            });
  }

  /** Checks a stored shape against the tensor that is to be filled. */
  static void requireShape(String file, String name, long[] shape, Tensor target) {
    boolean fits =
        shape.length == 1
            ? target.rows() == 1 && target.columns() == shape[0]
            : shape.length == 2 && target.rows() == shape[0] && target.columns() == shape[1];
    if (!fits) {
      throw new ModelFileException(
          file
              + ": tensor \""
              + name
              + "\" has shape "
              + java.util.Arrays.toString(shape)
              + "; the configuration says "
              + target.shape());
    }
  }
}
