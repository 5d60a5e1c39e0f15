package org.align4j.examples.cli;

import org.align4j.core.advantage.AdvantageEstimator;
import org.align4j.core.advantage.GroupBaseline;
import org.align4j.core.policygradient.GrpoLoss;
import org.align4j.core.policygradient.GrpoObjective;
import org.align4j.core.policygradient.ImportanceCorrection;
import org.align4j.core.policygradient.KlController;
import org.align4j.core.policygradient.KlEstimator;
import org.align4j.core.policygradient.RatioLevel;
import org.align4j.core.run.Settings;
import org.align4j.policy.online.PolicyGradientUpdate;
import org.align4j.policy.train.PolicyGradientTask;
import picocli.CommandLine.Command;

@Command(
    name = "grpo",
    mixinStandardHelpOptions = true,
    description = "GRPO and its family (loss_type), GSPO (importance_sampling_level=sequence).")
final class TrainGrpoCommand extends OnlineTraining {
  TrainGrpoCommand() {
    super("grpo", new Defaults(1e-6, 8, 1, 1, 512, 1));
  }

  /** Keys and defaults of TRL's GRPOConfig. */
  @Override
  Method method(Settings settings, ModelOptions model) {
    GrpoLoss loss = GrpoLoss.parse(settings.text("loss_type", "dapo"));
    GrpoObjective.Gates gates = GrpoObjective.Gates.DEFAULT;
    double epsilon = settings.number("epsilon", 0.2);
    GrpoObjective prototype =
        new GrpoObjective(
            loss,
            RatioLevel.parse(settings.text("importance_sampling_level", "token")),
            epsilon,
            settings.number("epsilon_high", loss == GrpoLoss.CISPO ? 5 : epsilon),
            settings.number("delta", 0),
            settings.number("beta", 0),
            settings.flag("use_bias_correction_kl", true),
            1,
            settings.number("top_entropy_quantile", 1),
            settings.number("off_policy_mask_threshold", 0),
            new GrpoObjective.Gates(
                settings.number("sapo_temperature_pos", gates.sapoPositive()),
                settings.number("sapo_temperature_neg", gates.sapoNegative()),
                settings.number("vespo_k_pos", gates.vespoPositiveK()),
                settings.number("vespo_lambda_pos", gates.vespoPositiveLambda()),
                settings.number("vespo_k_neg", gates.vespoNegativeK()),
                settings.number("vespo_lambda_neg", gates.vespoNegativeLambda())));
    GroupBaseline.Scale scale = GroupBaseline.Scale.parse(settings.text("scale_rewards", "group"));
    ImportanceCorrection correction = correction(settings);
    return parts -> {
      GrpoObjective objective = prototype.withMaxCompletionLength(parts.maxCompletionLength());
      return new PolicyGradientUpdate(
          parts.policy().transformer(),
          null,
          parts.steps(
              "grpo",
              new PolicyGradientTask(parts.policy().transformer(), objective, parts.temperature())),
          AdvantageEstimator.group(scale),
          ratios(
              parts, KlController.fixed(0), KlEstimator.K1, objective.needsReference(), correction),
          parts.config());
    };
  }
}
