package org.align4j.policy.format;

import java.util.Arrays;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.WeightLoader;

/** Named matrices in a file, by Hugging Face's names, converted to float32 when read. */
public interface WeightSource extends WeightLoader, AutoCloseable {

  /** {@return all names} */
  Set<String> names();

  /**
   * {@return dimensions, outermost first; a vector has one}
   *
   * @param name of a tensor
   */
  long[] shape(String name);

  /**
   * Fills a tensor of the same number of rows and columns (a vector is one row).
   *
   * @throws ModelFileException if the tensor is missing or its shape differs
   */
  @Override
  void read(String name, Tensor target);

  @Override
  void close();

  /** Converts a row of a tensor. */
  @FunctionalInterface
  interface RowDecoder {
    /**
     * Fills {@code values} with row {@code row}.
     *
     * @param row from 0
     * @param values as many as the tensor has columns
     */
    void decode(int row, float[] values);
  }

  /**
   * Fills a tensor by all processors, with few arrays in between.
   *
   * @param target is overwritten
   * @param decoders makes one for every piece of the work, which may have memory of its own
   */
  static void fill(Tensor target, Supplier<RowDecoder> decoders) {
    int rows = target.rows();
    int pieces = Math.min(rows, 8);
    IntStream.range(0, pieces)
        .parallel()
        .forEach(
            piece -> {
              RowDecoder decoder = decoders.get();
              float[] values = new float[target.columns()];
              int end = (int) ((piece + 1L) * rows / pieces);
              for (int r = (int) ((long) piece * rows / pieces); r < end; r++) {
                decoder.decode(r, values);
                target.writeRow(r, values, 0);
              }
            });
  }

  /**
   * Checks a stored shape against the tensor that is to be filled.
   *
   * @param file for messages
   * @param name of the tensor
   * @param shape as stored
   * @param target what is to be filled
   */
  static void requireShape(String file, String name, long[] shape, Tensor target) {
    requireShape(file, name, shape, target.rows(), target.columns());
  }

  /**
   * Checks a stored shape against what the model expects; a vector is one row.
   *
   * @param file for messages
   * @param name of the tensor
   * @param shape as stored
   * @param rows that the model expects
   * @param columns that the model expects
   */
  static void requireShape(String file, String name, long[] shape, int rows, int columns) {
    boolean fits =
        shape.length == 1
            ? rows == 1 && columns == shape[0]
            : shape.length == 2 && rows == shape[0] && columns == shape[1];
    if (!fits) {
      throw new ModelFileException(
          file
              + ": tensor \""
              + name
              + "\" has shape "
              + Arrays.toString(shape)
              + "; the configuration says ["
              + rows
              + ", "
              + columns
              + "]");
    }
  }
}
