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
import org.align4j.policy.model.DecoderTransformer;
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
  Method method(Settings settings) {
    GrpoObjective prototype = objective(settings);
    GroupBaseline.Scale scale = GroupBaseline.Scale.parse(settings.text("scale_rewards", "group"));
    ImportanceCorrection correction = correction(settings);
    return new Method(
        prototype.needsReference(),
        2,
        parts -> {
          DecoderTransformer policy = parts.policy().transformer();
          GrpoObjective objective = prototype.withMaxCompletionLength(parts.maxCompletionLength());
          return new PolicyGradientUpdate(
              policy,
              parts.steps("grpo", new PolicyGradientTask(policy, objective, parts.temperature())),
              AdvantageEstimator.group(scale),
              ratios(
                  parts,
                  KlController.fixed(0),
                  KlEstimator.K1,
                  objective.needsReference(),
                  correction),
              parts.config());
        });
  }

  private static GrpoObjective objective(Settings settings) {
    GrpoLoss loss = GrpoLoss.parse(settings.text("loss_type", "dapo"));
    double beta = settings.number("beta", 0);
    Settings clipped =
        settings.when(loss.clips(), "with loss_type grpo, dr_grpo, dapo, bnpo or luspo");
    double epsilon = clipped.number("epsilon", 0.2);
    double epsilonHigh =
        loss == GrpoLoss.CISPO
            ? settings.number("epsilon_high", 5)
            : clipped.number("epsilon_high", epsilon);
    return new GrpoObjective(
        loss,
        RatioLevel.parse(
            settings
                .when(loss != GrpoLoss.VESPO || beta > 0, "with another loss_type than vespo")
                .text("importance_sampling_level", "token")),
        epsilon,
        epsilonHigh,
        clipped.number("delta", 0),
        beta,
        settings.when(beta > 0, "with beta above 0").flag("use_bias_correction_kl", true),
        1,
        settings.number("top_entropy_quantile", 1),
        settings.number("off_policy_mask_threshold", 0),
        gates(settings, loss));
  }

  private static GrpoObjective.Gates gates(Settings settings, GrpoLoss loss) {
    GrpoObjective.Gates gates = GrpoObjective.Gates.DEFAULT;
    Settings sapo = settings.when(loss == GrpoLoss.SAPO, "with loss_type=sapo");
    Settings vespo = settings.when(loss == GrpoLoss.VESPO, "with loss_type=vespo");
    return new GrpoObjective.Gates(
        sapo.number("sapo_temperature_pos", gates.sapoPositive()),
        sapo.number("sapo_temperature_neg", gates.sapoNegative()),
        vespo.number("vespo_k_pos", gates.vespoPositiveK()),
        vespo.number("vespo_lambda_pos", gates.vespoPositiveLambda()),
        vespo.number("vespo_k_neg", gates.vespoNegativeK()),
        vespo.number("vespo_lambda_neg", gates.vespoNegativeLambda()));
  }
}
