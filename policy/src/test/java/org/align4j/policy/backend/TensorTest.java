package org.align4j.policy.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class TensorTest {

  /** Element (r, j) is 10 r + j. */
  private static Tensor numbered(int rows, int columns) {
    Tensor tensor = Tensor.zeros(rows, columns);
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < columns; j++) {
        tensor.set(r, j, 10 * r + j);
      }
    }
    return tensor;
  }

  @Test
  void aNewTensorIsZeroAndHasItsShape() {
    Tensor tensor = Tensor.zeros(3, 4);
    assertThat(tensor.toArray()).hasSize(12).containsOnly(0);
    assertThat(tensor.rows()).isEqualTo(3);
    assertThat(tensor.columns()).isEqualTo(4);
    assertThat(tensor.stride()).isEqualTo(4);
    assertThat(tensor.size()).isEqualTo(12);
    assertThat(tensor.shape()).isEqualTo("[3, 4]");
    assertThat(Tensor.zeros(0, 4).toArray()).isEmpty();
  }

  @Test
  void valuesAreRowByRow() {
    assertThat(Tensor.of(2, 3, 1, 2, 3, 4, 5, 6).get(1, 0)).isEqualTo(4);
    assertThatThrownBy(() -> Tensor.of(2, 3, 1, 2, 3)).hasMessage("3 values for a tensor of 2 x 3");
  }

  @Test
  void viewsOfRowsAndColumnsShareMemory() {
    Tensor tensor = numbered(5, 6);
    Tensor view = tensor.rows(1, 3).columns(2, 2);
    assertThat(view.shape()).isEqualTo("[3, 2]");
    assertThat(view.stride()).isEqualTo(6);
    assertThat(view.toArray()).containsExactly(12, 13, 22, 23, 32, 33);
    view.set(2, 1, -1);
    assertThat(tensor.get(3, 3)).isEqualTo(-1);
    tensor.set(1, 2, -2);
    assertThat(view.get(0, 0)).isEqualTo(-2);
    assertThat(view.address() - tensor.address()).isEqualTo((1 * 6 + 2) * Float.BYTES);
    assertThat(view.pointer().get(1)).isEqualTo(13);
  }

  @Test
  void aViewOfAViewCountsFromTheView() {
    Tensor view = numbered(6, 7).columns(1, 5).rows(2, 3).columns(2, 2).rows(1, 2);
    assertThat(view.toArray()).containsExactly(33, 34, 43, 44);
  }

  @Test
  void viewsBeyondTheTensorAreRefused() {
    Tensor tensor = numbered(3, 4);
    assertThatThrownBy(() -> tensor.rows(2, 2))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("rows 2 to 4 of a tensor of 3 x 4");
    assertThatThrownBy(() -> tensor.columns(-1, 2))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("columns -1 to 1 of a tensor of 3 x 4");
    assertThatThrownBy(() -> tensor.rows(0, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tensor.columns(1, 3).columns(2, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(tensor.rows(3, 0).toArray()).isEmpty();
  }

  @Test
  void rowsAreReadAndWrittenAtAnOffset() {
    Tensor view = numbered(4, 5).columns(1, 3);
    float[] target = {9, 9, 9, 9, 9};
    view.readRow(2, target, 1);
    assertThat(target).containsExactly(9, 21, 22, 23, 9);
    view.writeRow(0, new float[] {7, -1, -2, -3}, 1);
    assertThat(view.rows(0, 1).toArray()).containsExactly(-1, -2, -3);
    float[] part = new float[3];
    view.read(3, 1, part, 1, 2);
    assertThat(part).containsExactly(0, 32, 33);
    view.write(3, 0, new float[] {5, 6, 7}, 1, 2);
    assertThat(view.rows(3, 1).toArray()).containsExactly(6, 7, 33);
  }

  @Test
  void manyRowsAreReadWithAndWithoutGaps() {
    Tensor tensor = numbered(4, 3);
    float[] target = new float[7];
    tensor.readRows(1, 2, target, 1);
    assertThat(target).containsExactly(0, 10, 11, 12, 20, 21, 22);
    float[] gaps = new float[5];
    tensor.columns(1, 2).readRows(2, 2, gaps, 1);
    assertThat(gaps).containsExactly(0, 21, 22, 31, 32);
  }

  @Test
  void rowsAreCopiedBetweenTensors() {
    Tensor source = numbered(3, 5).columns(1, 4);
    Tensor target = Tensor.zeros(2, 2);
    target.copyRow(1, source, 2, 1);
    assertThat(target.toArray()).containsExactly(0, 0, 22, 23);
  }

  @Test
  void aCopyHasMemoryOfItsOwn() {
    Tensor view = numbered(3, 4).columns(1, 2);
    Tensor copy = view.copy();
    view.set(0, 0, -1);
    assertThat(copy.toArray()).containsExactly(1, 2, 11, 12, 21, 22);
    assertThat(copy.stride()).isEqualTo(2);
    assertThatThrownBy(() -> copy.copyFrom(numbered(2, 2)))
        .hasMessage("copy: source is [2, 2], target is [3, 2]");
  }

  @Test
  void moreThanABufferHoldsIsRefused() {
    assertThatThrownBy(() -> Tensor.zeros(1 << 16, 1 << 16))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("exceeds 2 GiB");
  }

  @Test
  void arraysAreWrappedWithoutCopying() {
    Tensor tensor = Tensor.of(2, 3, 1, 2, 3, 4, 5, 6);
    assertThat(tensor.toINDArray().getFloat(1, 2)).isEqualTo(6f);
    tensor.toINDArray().putScalar(0, 1, 9);
    assertThat(tensor.get(0, 1)).isEqualTo(9f);
    INDArray array = Nd4j.ones(2, 2).castTo(DataType.FLOAT);
    Tensor wrapped = Tensor.of(array);
    wrapped.set(1, 1, 7);
    assertThat(array.getFloat(1, 1)).isEqualTo(7f);
    assertThatThrownBy(() -> Tensor.of(array.transpose())).hasMessageContaining("contiguous");
  }

  @Test
  void anArrayOfAViewSeesTheViewAlone() {
    INDArray array = numbered(4, 5).rows(1, 2).columns(3, 2).toINDArray();
    assertThat(array.toFloatMatrix()).isDeepEqualTo(new float[][] {{13, 14}, {23, 24}});
  }

  /** Memory that is gone must be an exception, not a crash of the JVM. */
  @Test
  void viewsOfAClosedTensorSayThatItIsClosed() {
    Tensor tensor = Tensor.zeros(3, 4);
    Tensor view = tensor.rows(1, 2);
    tensor.close();
    float[] row = new float[4];
    assertThatThrownBy(() -> view.readRow(0, row, 0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("has been closed");
    assertThatThrownBy(() -> view.set(0, 0, 1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(view::pointer).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(view::address).isInstanceOf(IllegalStateException.class);
  }
}
