package org.align4j.examples.cli;

import org.align4j.core.advantage.AdvantageEstimator;
import org.align4j.core.advantage.GroupBaseline;
import org.align4j.core.policygradient.GrpoLoss;
import org.align4j.core.policygradient.GrpoObjective;
import org.align4j.core.policygradient.ImportanceCorrection;
import org.align4j.core.policygradient.KlController;
import org.align4j.core.policygradient.KlEstimator;
import org.align4j.core.policygradient.RatioLevel;
import org.align4j.core.policygradient.SapoGate;
import org.align4j.core.policygradient.VespoGate;
import org.align4j.core.policygradient.VespoGate.Gamma;
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
              null,
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
    return GrpoObjective.builder(loss)
        .ratioLevel(
            RatioLevel.parse(
                settings
                    .when(loss != GrpoLoss.VESPO || beta > 0, "with another loss_type than vespo")
                    .text("importance_sampling_level", "token")))
        .epsilonLow(epsilon)
        .epsilonHigh(epsilonHigh)
        .delta(clipped.number("delta", 0))
        .beta(beta)
        .weightedKl(
            settings.when(beta > 0, "with beta above 0").flag("use_bias_correction_kl", true))
        .topEntropyQuantile(settings.number("top_entropy_quantile", 1))
        .offPolicyThreshold(settings.number("off_policy_mask_threshold", 0))
        .sapo(sapo(settings.when(loss == GrpoLoss.SAPO, "with loss_type=sapo")))
        .vespo(vespo(settings.when(loss == GrpoLoss.VESPO, "with loss_type=vespo")))
        .build();
  }

  private static SapoGate sapo(Settings settings) {
    SapoGate gate = SapoGate.DEFAULT;
    return new SapoGate(
        settings.number("sapo_temperature_pos", gate.positive()),
        settings.number("sapo_temperature_neg", gate.negative()));
  }

  private static VespoGate vespo(Settings settings) {
    Gamma positive = VespoGate.DEFAULT.positive();
    Gamma negative = VespoGate.DEFAULT.negative();
    return new VespoGate(
        new Gamma(
            settings.number("vespo_k_pos", positive.k()),
            settings.number("vespo_lambda_pos", positive.lambda())),
        new Gamma(
            settings.number("vespo_k_neg", negative.k()),
            settings.number("vespo_lambda_neg", negative.lambda())));
  }
}
