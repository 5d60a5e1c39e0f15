package org.align4j.core.distillation;

import java.util.List;
import org.align4j.core.tck.NextTokenLossContract;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows with targets of their own, for one token and for several. */
@ParameterizedClass
@CsvSource({"2,2", "0,8", "3,4"})
class SoftTargetLossContractTest extends NextTokenLossContract {
  private static final double[] TARGETS = {0, 0.3, 1};

  private final SoftTargetLoss loss;

  SoftTargetLossContractTest(int first, int second) {
    loss = new SoftTargetLoss(List.of(second, first));
  }

  @Override
  protected NextTokenLoss loss() {
    return (row, logits, gradient) -> loss.evaluate(TARGETS[row], logits, gradient).loss();
  }
}
