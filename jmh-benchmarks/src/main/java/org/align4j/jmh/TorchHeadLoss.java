package org.align4j.jmh;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** libtorch: linear, log_softmax, gather, backward. */
final class TorchHeadLoss implements HeadLoss {
  private final Tensor hidden;
  private final Tensor weight;
  private final Tensor targets;

  TorchHeadLoss(Operands operands) {
    torch.set_num_threads(Runtime.getRuntime().availableProcessors());
    hidden = Tensor.create(operands.hidden(), operands.rows(), operands.width());
    hidden.set_requires_grad(true);
    weight = Tensor.create(operands.weight(), operands.vocabulary(), operands.width());
    targets =
        Tensor.create(
            Arrays.stream(operands.targets()).asLongStream().toArray(), operands.rows(), 1);
  }

  @Override
  public double run() {
    hidden.mutable_grad().reset();
    // Closed one by one: a collector would come too late for logits of a hundred megabytes.
    try (Tensor logits = torch.linear(hidden, weight);
        Tensor all = torch.log_softmax(logits, 1);
        Tensor logProbs = all.gather(1, targets);
        Tensor sum = logProbs.sum()) {
      sum.backward();
      return sum.item_float();
    }
  }

  @Override
  public float[] gradient() {
    Tensor gradient = hidden.grad();
    float[] out = new float[Math.toIntExact(gradient.numel())];
    new FloatPointer(gradient.data_ptr()).get(out);
    return out;
  }

  @Override
  public void close() {
    hidden.close();
    weight.close();
    targets.close();
  }
}
