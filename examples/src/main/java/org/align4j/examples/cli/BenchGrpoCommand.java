package org.align4j.examples.cli;

import org.align4j.core.advantage.AdvantageEstimator;
import org.align4j.core.advantage.GroupBaseline;
import org.align4j.core.policygradient.GrpoLoss;
import org.align4j.core.policygradient.GrpoObjective;
import org.align4j.core.policygradient.KlController;
import org.align4j.core.policygradient.KlEstimator;
import org.align4j.policy.model.Reference;
import org.align4j.policy.online.PolicyGradientUpdate;
import org.align4j.policy.train.PolicyGradientTask;
import picocli.CommandLine.Command;

@Command(
    name = "grpo",
    mixinStandardHelpOptions = true,
    description =
        "Times GRPO rounds of 8 prompts x 8 completions, KL to the reference in the loss.")
final class BenchGrpoCommand extends BenchOnline {
  private static final double BETA = 0.04;

  /** Only another member of the family divides by it. */
  private static final int LENGTH = 64;

  BenchGrpoCommand() {
    super(
        (policy, config, backend) ->
            new PolicyGradientUpdate(
                policy,
                steps(
                    new PolicyGradientTask(
                        policy, GrpoObjective.of(GrpoLoss.DAPO, BETA, LENGTH), 1),
                    config,
                    backend),
                AdvantageEstimator.group(GroupBaseline.Scale.GROUP),
                new PolicyGradientUpdate.Settings(
                    1,
                    KlController.fixed(0),
                    KlEstimator.K1,
                    true,
                    null,
                    Reference.adapterOff(policy)),
                config));
  }
}
