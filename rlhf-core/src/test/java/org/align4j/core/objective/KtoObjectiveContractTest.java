package org.align4j.core.objective;

import org.align4j.core.tck.UnpairedObjectiveContract;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(KtoLoss.class)
class KtoObjectiveContractTest extends UnpairedObjectiveContract {
  private final KtoLoss loss;

  KtoObjectiveContractTest(KtoLoss loss) {
    this.loss = loss;
  }

  @Override
  protected UnpairedObjective objective() {
    return new KtoObjective(0.5, loss, 1, 1.5);
  }
}
