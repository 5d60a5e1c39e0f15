package org.align4j.core.policygradient;

import java.util.stream.Stream;
import org.align4j.core.tck.PolicyGradientObjectiveContract;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** PPO, RLOO and every member of GRPO's family at every level of its ratio. */
@ParameterizedClass
@MethodSource("members")
class PolicyGradientContractTest extends PolicyGradientObjectiveContract {
  private final Member member;

  PolicyGradientContractTest(Member member) {
    this.member = member;
  }

  /**
   * An objective.
   *
   * @param held whether its definition holds weights constant
   * @param overflows whether it has an exponential of a log-ratio that nothing bounds
   */
  record Member(PolicyGradientObjective objective, boolean held, boolean overflows) {}

  static Stream<Member> members() {
    Stream<Member> family =
        Stream.of(GrpoLoss.values())
            .flatMap(
                loss ->
                    Stream.of(RatioLevel.values())
                        .flatMap(
                            level ->
                                Stream.of(
                                    grpo(loss, level, 0, true, 1),
                                    grpo(loss, level, 0.04, true, 0.7),
                                    grpo(loss, level, 0.04, false, 1))));
    return Stream.concat(
        family,
        Stream.of(
            new Member(GrpoObjective.rloo(0.2, 0.2), false, true),
            new Member(PpoObjective.of(0.2), false, false),
            new Member(new PpoObjective(0.2, 0.28, 1.5, false, 0, KlEstimator.K3), false, false),
            // The gradient of the KL is the unbiased one, whatever estimates its value.
            new Member(new PpoObjective(0.2, 0.2, 0, true, 0.1, KlEstimator.K3), true, true)));
  }

  private static Member grpo(
      GrpoLoss loss, RatioLevel level, double beta, boolean weightedKl, double quantile) {
    GrpoObjective objective =
        new GrpoObjective(
            loss,
            level,
            0.2,
            loss == GrpoLoss.CISPO ? 5 : 0.28,
            1.6,
            beta,
            weightedKl,
            8,
            quantile,
            0,
            GrpoObjective.Gates.DEFAULT);
    boolean held = loss == GrpoLoss.CISPO || loss == GrpoLoss.VESPO;
    // k3 is exponential in the log-ratio to the reference.
    return new Member(objective, held, beta > 0);
  }

  @Override
  protected PolicyGradientObjective objective() {
    return member.objective();
  }

  @Override
  protected boolean gradientIsOfTheLoss() {
    return !member.held();
  }

  @Override
  protected boolean overflows() {
    return member.overflows();
  }
}
