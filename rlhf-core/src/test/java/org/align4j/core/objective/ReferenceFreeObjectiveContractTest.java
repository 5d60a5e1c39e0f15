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
        Arguments.of(simpo().loss(CpoLoss.HINGE).build(), true),
        Arguments.of(simpo().labelSmoothing(0.1).build(), true),
        Arguments.of(
            CpoObjective.builder().beta(2).labelSmoothing(0.1).alpha(-0.25).cpoAlpha(0).build(),
            false),
        Arguments.of(new OrpoObjective(0.7), false));
  }

  private static CpoObjectiveBuilder simpo() {
    return CpoObjective.builder().beta(2).loss(CpoLoss.SIMPO).alpha(0.25).cpoAlpha(0.5);
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
