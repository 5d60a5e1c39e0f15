package org.align4j.jmh;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** ND4J as one would write it down: whole matrices, an operation after the other. */
final class PlainNd4jHeadLoss implements HeadLoss {
  private final INDArray hidden;
  private final INDArray weight;
  private final int[] targets;
  private INDArray gradient;

  PlainNd4jHeadLoss(Operands operands) {
    hidden = Nd4j.createFromArray(operands.hidden()).reshape(operands.rows(), operands.width());
    weight =
        Nd4j.createFromArray(operands.weight()).reshape(operands.vocabulary(), operands.width());
    targets = operands.targets();
  }

  @Override
  public double run() {
    INDArray probabilities = Transforms.softmax(hidden.mmul(weight.transpose()), false);
    double sum = 0;
    INDArray direction = probabilities.neg();
    for (int r = 0; r < targets.length; r++) {
      double p = probabilities.getDouble(r, targets[r]);
      sum += Math.log(p);
      direction.putScalar(r, targets[r], 1 - p);
    }
    gradient = direction.mmul(weight);
    return sum;
  }

  @Override
  public float[] gradient() {
    return gradient.dup('c').data().asFloat();
  }

  @Override
  public void close() {
    hidden.close();
    weight.close();
  }
}
