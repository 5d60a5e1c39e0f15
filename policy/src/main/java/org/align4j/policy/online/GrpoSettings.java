package org.align4j.policy.online;

import org.align4j.core.policygradient.GrpoLoss;
import org.align4j.core.policygradient.GrpoObjective;
import org.align4j.core.policygradient.RatioLevel;
import org.align4j.core.policygradient.SapoGate;
import org.align4j.core.policygradient.VespoGate;
import org.align4j.core.policygradient.VespoGate.Gamma;
import org.align4j.core.run.Settings;

/** Reads GRPO's objective from settings, with the keys and defaults of TRL's {@code GRPOConfig}. */
final class GrpoSettings {
  private GrpoSettings() {}

  static GrpoObjective objective(Settings settings) {
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
