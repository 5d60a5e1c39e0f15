package org.align4j.examples.cli;

import org.align4j.core.advantage.AdvantageEstimator;
import org.align4j.core.policygradient.ImportanceCorrection;
import org.align4j.core.policygradient.KlController;
import org.align4j.core.policygradient.KlEstimator;
import org.align4j.core.policygradient.PpoObjective;
import org.align4j.core.run.Settings;
import org.align4j.policy.online.PolicyGradientUpdate;
import org.align4j.policy.train.PolicyGradientTask;
import picocli.CommandLine.Command;

@Command(
    name = "reinforce-pp",
    mixinStandardHelpOptions = true,
    description = "REINFORCE++: PPO's clip without a critic; baseline=true takes group means off.")
final class TrainReinforcePlusPlusCommand extends OnlineTraining {
  TrainReinforcePlusPlusCommand() {
    super("reinforce-pp", new Defaults(1e-6, 1, 1, 1, 512, 1));
  }

  /** OpenRLHF's defaults: clip 0.2, KL weight 0.01 by k1. */
  @Override
  Method method(Settings settings) {
    double clip = settings.number("cliprange", 0.2);
    PpoObjective objective =
        new PpoObjective(
            clip,
            settings.number("cliprange_high", clip),
            settings.number("dual_clip", 0),
            settings.flag("token_level_loss", true),
            0,
            KlEstimator.K1);
    KlController penalty = penalty(settings, 0.01, true);
    KlEstimator estimator = rewardEstimator(settings);
    boolean baseline = settings.flag("baseline", false);
    AdvantageEstimator advantages =
        AdvantageEstimator.reinforcePlusPlus(settings.number("gamma", 1), baseline);
    ImportanceCorrection correction = correction(settings);
    return new Method(
        penalty.value() > 0,
        baseline ? 2 : 1,
        parts ->
            new PolicyGradientUpdate(
                parts.policy().transformer(),
                parts.steps(
                    "reinforce-pp",
                    new PolicyGradientTask(
                        parts.policy().transformer(), objective, parts.temperature())),
                advantages,
                ratios(parts, penalty, estimator, false, correction),
                parts.config()));
  }
}
