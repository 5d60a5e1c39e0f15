package org.align4j.policy.model;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.align4j.core.random.RandomStream;
import org.align4j.core.random.RandomStream.Purpose;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Tensor;

/**
 * One number from each hidden state: linear without bias, as transformers' sequence classification
 * has it.
 */
public final class ScalarHead {
  /** transformers' initializer_range, the spread of a new head. */
  private static final double INITIAL_DEVIATION = 0.02;

  /** Its name in transformers' files. */
  public static final String NAME = "score.weight";

  private final Backend backend;
  private final Parameter parameter;
  private final GrowingTensor scores = new GrowingTensor(1);
  private final GrowingTensor dScores = new GrowingTensor(1);
  private final GrowingTensor dHidden;
  private Tensor hidden;

  /**
   * A head of zeros.
   *
   * @param backend what computes
   * @param width of the states
   */
  public ScalarHead(Backend backend, int width) {
    this.backend = backend;
    parameter = Parameter.matrix(NAME, Tensor.zeros(1, width), Tensor.zeros(1, width));
    dHidden = new GrowingTensor(width);
  }

  /**
   * Draws the weight from N(0, 0.02²).
   *
   * @param seed of the draw
   */
  public void initialize(long seed) {
    RandomGenerator random = RandomStream.of(seed, Purpose.SCALAR_HEAD).generator();
    float[] row = new float[parameter.value().columns()];
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) (INITIAL_DEVIATION * random.nextGaussian());
    }
    parameter.value().writeRow(0, row, 0);
  }

  /** {@return the weight with its gradient} */
  public Parameter parameter() {
    return parameter;
  }

  void clearGradient() {
    backend.scale(0, parameter.gradient());
  }

  /**
   * {@return one number a row; keeps the states for {@link #backward}}
   *
   * @param states [rows, width]
   */
  public double[] forward(Tensor states) {
    hidden = states;
    Tensor out = scores.rows(states.rows());
    backend.gemm(false, true, 1, states, parameter.value(), 0, out);
    float[] values = out.toArray();
    double[] result = new double[values.length];
    Arrays.setAll(result, i -> values[i]);
    return result;
  }

  /**
   * Adds to the weight's gradient.
   *
   * @param gradient d loss / d number of each row
   * @return d loss / d states, valid until the next call
   */
  public Tensor backward(double[] gradient) {
    Tensor d = dScores.rows(gradient.length);
    for (int i = 0; i < gradient.length; i++) {
      d.set(i, 0, (float) gradient[i]);
    }
    backend.gemm(true, false, 1, d, hidden, 1, parameter.gradient());
    Tensor back = dHidden.rows(gradient.length);
    backend.gemm(false, false, 1, d, parameter.value(), 0, back);
    return back;
  }
}
