package org.align4j.policy.backend;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TensorTest {

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
