package org.align4j.core.objective;

import java.util.stream.Stream;
import org.align4j.core.tck.PreferenceObjectiveContract;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** CPO, SimPO, AlphaPO and ORPO. */
@ParameterizedClass
@MethodSource("members")
class ReferenceFreeObjectiveContractTest extends PreferenceObjectiveContract {
  private final PreferenceObjective objective;
  private final boolean overflows;

  ReferenceFreeObjectiveContractTest(PreferenceObjective objective, boolean overflows) {
    this.objective = objective;
    this.overflows = overflows;
  }

  /** AlphaPO's reward with a positive exponent is exponential in the log-prob. */
  static Stream<Arguments> members() {
    return Stream.of(
        Arguments.of(CpoObjective.of(0.3, CpoLoss.SIGMOID), false),
        Arguments.of(CpoObjective.of(0.3, CpoLoss.HINGE), false),
        Arguments.of(CpoObjective.of(0.3, CpoLoss.IPO), false),
        Arguments.of(CpoObjective.of(0.3, CpoLoss.SIMPO), false),
        Arguments.of(CpoObjective.simpo(2, 1), false),
        Arguments.of(new CpoObjective(2, CpoLoss.HINGE, 0, 0.5, 0.25, 0.5), true),
        Arguments.of(new CpoObjective(2, CpoLoss.SIMPO, 0.1, 0.5, 0.25, 0.5), true),
        Arguments.of(new CpoObjective(2, CpoLoss.SIGMOID, 0.1, 0, -0.25, 0), false),
        Arguments.of(new OrpoObjective(0.7), false));
  }

  @Override
  protected boolean overflows() {
    return overflows;
  }

  @Override
  protected PreferenceObjective objective() {
    return objective;
  }
}
