package org.align4j.policy.backend;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A float32 matrix outside the Java heap, or a view of one: row r starts at {@code offset + r *
 * stride}. Views share memory with their origin; only the origin is closed.
 */
public final class Tensor implements AutoCloseable {
  /** A direct buffer addresses 2 GiB. */
  private static final long MAX_ELEMENTS = Integer.MAX_VALUE / Float.BYTES;

  private final FloatPointer origin;
  private final FloatBuffer buffer;
  private final int offset;
  private final int rows;
  private final int columns;
  private final int stride;

  private Tensor(
      FloatPointer origin, FloatBuffer buffer, int offset, int rows, int columns, int stride) {
    this.origin = origin;
    this.buffer = buffer;
    this.offset = offset;
    this.rows = rows;
    this.columns = columns;
    this.stride = stride;
  }

  /**
   * {@return a new matrix of zeros}
   *
   * @param rows ≥ 0
   * @param columns ≥ 0
   * @throws IllegalArgumentException if it would exceed 2 GiB
   */
  public static Tensor zeros(int rows, int columns) {
    long elements = (long) rows * columns;
    if (rows < 0 || columns < 0 || elements > MAX_ELEMENTS) {
      throw new IllegalArgumentException(
          "a tensor of "
              + rows
              + " x "
              + columns
              + " floats exceeds 2 GiB; split the batch or the"
              + " vocabulary");
    }
    FloatPointer memory = new ZeroedFloats(Math.max(1, elements));
    return new Tensor(memory, memory.asBuffer(), 0, rows, columns, columns);
  }

  /**
   * {@return a new matrix with these values, row by row}
   *
   * @param rows ≥ 0
   * @param columns ≥ 0
   * @param values {@code rows · columns} of them
   */
  public static Tensor of(int rows, int columns, float... values) {
    if (values.length != rows * columns) {
      throw new IllegalArgumentException(
          values.length + " values for a tensor of " + rows + " x " + columns);
    }
    Tensor tensor = zeros(rows, columns);
    tensor.buffer.put(0, values);
    return tensor;
  }

  /**
   * Wraps a contiguous row-major float32 array of rank 2, or of rank 1 as one row, without copying;
   * the array keeps ownership.
   *
   * @param array keeps its memory
   * @return a tensor on the same memory
   */
  public static Tensor of(INDArray array) {
    if (array.rank() < 1
        || array.rank() > 2
        || array.dataType() != DataType.FLOAT
        || array.ordering() != 'c'
        || array.offset() != 0
        || array.stride(array.rank() - 1) != 1
        || (array.rank() == 2 && array.stride(0) != array.size(1))) {
      throw new IllegalArgumentException(
          "expected a contiguous 'c' FLOAT array of rank 1 or 2, got " + array.shapeInfoToString());
    }
    FloatPointer memory = new FloatPointer(array.data().pointer());
    memory.capacity(array.length());
    memory.limit(array.length());
    return new Tensor(
        memory,
        memory.asBuffer(),
        0,
        array.rank() == 1 ? 1 : (int) array.size(0),
        (int) array.size(array.rank() - 1),
        (int) array.size(array.rank() - 1));
  }

  /**
   * {@return the same memory as an ND4J array, without copying; valid until this tensor is closed}
   */
  public INDArray toINDArray() {
    return Nd4j.create(
        Nd4j.createBuffer(
            pointer(), (long) Math.max(1, rows - 1) * stride + columns, DataType.FLOAT),
        new long[] {rows, columns},
        new long[] {stride, 1},
        0,
        'c');
  }

  /**
   * {@return rows {@code from .. from + count - 1}}
   *
   * @param from first row
   * @param count number of rows
   */
  public Tensor rows(int from, int count) {
    checkRange("rows", from, count, rows);
    return new Tensor(origin, buffer, offset + from * stride, count, columns, stride);
  }

  /**
   * {@return columns {@code from .. from + count - 1} of every row}
   *
   * @param from first column
   * @param count number of columns
   */
  public Tensor columns(int from, int count) {
    checkRange("columns", from, count, columns);
    return new Tensor(origin, buffer, offset + from, rows, count, stride);
  }

  private FloatBuffer open() {
    checkOpen();
    return buffer;
  }

  private void checkOpen() {
    if (origin.isNull()) {
      throw new IllegalStateException("the tensor, or the one it is a view of, has been closed");
    }
  }

  private void checkRange(String what, int from, int count, int size) {
    if (from < 0 || count < 0 || from + count > size) {
      throw new IndexOutOfBoundsException(
          what
              + " "
              + from
              + " to "
              + (from + count)
              + " of a tensor of "
              + rows
              + " x "
              + columns);
    }
  }

  /** {@return number of rows} */
  public int rows() {
    return rows;
  }

  /** {@return number of columns} */
  public int columns() {
    return columns;
  }

  /** {@return elements between the starts of two rows} */
  public int stride() {
    return stride;
  }

  /** {@return number of elements} */
  public long size() {
    return (long) rows * columns;
  }

  /** {@return a pointer to the first element, which keeps the memory alive} */
  public FloatPointer pointer() {
    checkOpen();
    return offset == 0 ? origin : origin.getPointer(offset);
  }

  /**
   * {@return the first element's address, for native code that is called while this tensor is in
   * use}
   */
  public long address() {
    checkOpen();
    return origin.address() + (long) offset * Float.BYTES;
  }

  /**
   * Copies row {@code row} into {@code target} from {@code at}.
   *
   * @param row from 0
   * @param target takes {@code columns()} values
   * @param at place of the first
   */
  public void readRow(int row, float[] target, int at) {
    open().get(offset + row * stride, target, at, columns);
  }

  /**
   * Copies {@code columns()} values from {@code source} at {@code at} into row {@code row}.
   *
   * @param row from 0
   * @param source of the values
   * @param at place of the first
   */
  public void writeRow(int row, float[] source, int at) {
    open().put(offset + row * stride, source, at, columns);
  }

  /**
   * Copies {@code count} rows, one after another, in one piece where there are no gaps.
   *
   * @param row first row
   * @param count number of rows
   * @param target takes {@code count · columns()} values
   * @param at place of the first
   */
  public void readRows(int row, int count, float[] target, int at) {
    if (stride == columns) {
      open().get(offset + row * stride, target, at, count * columns);
      return;
    }
    for (int r = 0; r < count; r++) {
      readRow(row + r, target, at + r * columns);
    }
  }

  /**
   * Copies part of a row.
   *
   * @param row from 0
   * @param column first column
   * @param target takes the values
   * @param at place of the first
   * @param count number of values
   */
  public void read(int row, int column, float[] target, int at, int count) {
    open().get(offset + row * stride + column, target, at, count);
  }

  /**
   * Writes part of a row.
   *
   * @param row from 0
   * @param column first column
   * @param source of the values
   * @param at place of the first
   * @param count number of values
   */
  public void write(int row, int column, float[] source, int at, int count) {
    open().put(offset + row * stride + column, source, at, count);
  }

  /**
   * Copies {@code columns()} values of another tensor's row, from {@code column} on, into a row.
   *
   * @param row that is overwritten
   * @param source where to copy from
   * @param sourceRow its row
   * @param column its first column
   */
  public void copyRow(int row, Tensor source, int sourceRow, int column) {
    int from = source.offset + sourceRow * source.stride + column;
    open().put(offset + row * stride, source.open(), from, columns);
  }

  /**
   * {@return one element}
   *
   * @param row from 0
   * @param column from 0
   */
  public float get(int row, int column) {
    return open().get(offset + row * stride + column);
  }

  /**
   * Sets one element.
   *
   * @param row from 0
   * @param column from 0
   * @param value what it becomes
   */
  public void set(int row, int column, float value) {
    open().put(offset + row * stride + column, value);
  }

  /**
   * {@return a copy of a row in double precision}
   *
   * @param row from 0
   */
  public double[] doubleRow(int row) {
    float[] values = new float[columns];
    readRow(row, values, 0);
    double[] out = new double[columns];
    for (int i = 0; i < out.length; i++) {
      out[i] = values[i];
    }
    return out;
  }

  /** {@return all elements, row by row} */
  public float[] toArray() {
    float[] out = new float[rows * columns];
    for (int r = 0; r < rows; r++) {
      readRow(r, out, r * columns);
    }
    return out;
  }

  /**
   * Copies all elements of a tensor of the same shape.
   *
   * @param other where to copy from
   */
  public void copyFrom(Tensor other) {
    if (other.rows != rows || other.columns != columns) {
      throw new IllegalArgumentException(
          "copy: source is " + other.shape() + ", target is " + shape());
    }
    float[] row = new float[columns];
    for (int r = 0; r < rows; r++) {
      other.readRow(r, row, 0);
      writeRow(r, row, 0);
    }
  }

  /** {@return a new matrix with the same elements} */
  public Tensor copy() {
    Tensor copy = zeros(rows, columns);
    copy.copyFrom(this);
    return copy;
  }

  /** {@return the shape as {@code [rows, columns]}, for messages} */
  public String shape() {
    return "[" + rows + ", " + columns + "]";
  }

  /** Frees the memory; views of it must not be used any more. */
  @Override
  public void close() {
    origin.close();
  }
}
