package org.align4j.core.objective;

import java.util.List;
import java.util.stream.Stream;
import org.align4j.core.tck.PreferenceObjectiveContract;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every loss of the DPO family under every divergence, with tail tokens weighed less. */
@ParameterizedClass(name = "{0}")
@MethodSource("members")
class DpoObjectiveContractTest extends PreferenceObjectiveContract {
  private final DpoObjective objective;
  private final Divergence divergence;

  DpoObjectiveContractTest(String name, DpoObjective objective, Divergence divergence) {
    this.objective = objective;
    this.divergence = divergence;
  }

  static Stream<Arguments> members() {
    return Stream.of(DpoLoss.values())
        .flatMap(
            loss ->
                Stream.of(Divergence.values())
                    .map(
                        divergence ->
                            Arguments.of(
                                loss + " " + divergence, member(loss, divergence), divergence)));
  }

  private static DpoObjective member(DpoLoss loss, Divergence divergence) {
    double smoothing = loss == DpoLoss.SIGMOID ? 0 : 0.1;
    return new DpoObjective(
        0.3, List.of(loss), List.of(1.0), divergence, 0.5, smoothing, 0.05, 0.7, false);
  }

  @Override
  protected DpoObjective objective() {
    return objective;
  }

  /** The forward KL's score is exponential in the log-ratio. */
  @Override
  protected boolean overflows() {
    return divergence == Divergence.FORWARD_KL;
  }
}
