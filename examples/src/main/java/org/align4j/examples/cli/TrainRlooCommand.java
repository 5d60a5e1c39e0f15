package org.align4j.examples.cli;

import org.align4j.core.advantage.AdvantageEstimator;
import org.align4j.core.policygradient.GrpoObjective;
import org.align4j.core.policygradient.KlController;
import org.align4j.core.policygradient.KlEstimator;
import org.align4j.core.run.Settings;
import org.align4j.policy.online.PolicyGradientUpdate;
import org.align4j.policy.train.PolicyGradientTask;
import picocli.CommandLine.Command;

@Command(
    name = "rloo",
    mixinStandardHelpOptions = true,
    description = "REINFORCE with a leave-one-out baseline, KL in the reward.")
final class TrainRlooCommand extends OnlineTraining {
  TrainRlooCommand() {
    super("rloo", new Defaults(1e-6, 2, 1, 1, 512, 1));
  }

  /** Keys and defaults of TRL's RLOOConfig. */
  @Override
  Method method(Settings settings) {
    double epsilon = settings.number("epsilon", 0.2);
    GrpoObjective objective = GrpoObjective.rloo(epsilon, settings.number("epsilon_high", epsilon));
    KlController penalty = KlController.fixed(settings.number("beta", 0.05));
    return new Method(
        penalty.value() > 0,
        2,
        parts ->
            new PolicyGradientUpdate(
                parts.policy().transformer(),
                parts.steps(
                    "rloo",
                    new PolicyGradientTask(
                        parts.policy().transformer(), objective, parts.temperature())),
                AdvantageEstimator.leaveOneOut(),
                ratios(parts, penalty, KlEstimator.K1, false, null),
                parts.config()));
  }
}
