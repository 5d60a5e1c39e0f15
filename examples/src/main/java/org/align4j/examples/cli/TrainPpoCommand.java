package org.align4j.examples.cli;

import java.nio.file.Path;
import org.align4j.core.advantage.AdvantageEstimator;
import org.align4j.core.advantage.Gae;
import org.align4j.core.policygradient.ImportanceCorrection;
import org.align4j.core.policygradient.KlController;
import org.align4j.core.policygradient.KlEstimator;
import org.align4j.core.policygradient.PpoObjective;
import org.align4j.core.policygradient.ValueLoss;
import org.align4j.core.random.RandomStream;
import org.align4j.core.random.RandomStream.Purpose;
import org.align4j.core.run.Settings;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.ActorCritic;
import org.align4j.policy.model.ScalarModel;
import org.align4j.policy.online.PolicyGradientUpdate;
import org.align4j.policy.train.ActorCriticTask;
import org.align4j.reward.transformer.TransformerReward;
import picocli.CommandLine.Command;

@Command(
    name = "ppo",
    mixinStandardHelpOptions = true,
    description = "PPO with a critic: separate, shared, or the folder of a reward model (critic).")
final class TrainPpoCommand extends OnlineTraining {
  TrainPpoCommand() {
    super("ppo", new Defaults(3e-6, 1, 4, 1, 53, 0.7));
  }

  /** Keys and defaults of TRL's PPOConfig; num_iterations is its num_ppo_epochs. */
  @Override
  Method method(Settings settings, ModelOptions model) {
    double clip = settings.number("cliprange", 0.2);
    String place = settings.text("kl_in", "reward");
    if (!place.equals("reward") && !place.equals("loss")) {
      throw new IllegalArgumentException("kl_in is \"" + place + "\"; expected reward or loss");
    }
    boolean inLoss = place.equals("loss");
    KlController penalty = penalty(settings, 0.05);
    KlEstimator estimator = rewardEstimator(settings);
    if (inLoss && estimator == null) {
      throw new IllegalArgumentException(
          "kl_estimator exact is a penalty in the reward; with kl_in=loss name k1, k2 or k3");
    }
    PpoObjective objective =
        new PpoObjective(
            clip,
            settings.number("cliprange_high", clip),
            settings.number("dual_clip", 0),
            settings.flag("token_level_loss", true),
            inLoss ? penalty.value() : 0,
            estimator);
    ValueLoss valueLoss = new ValueLoss(settings.number("cliprange_value", 0.2));
    double valueWeight = settings.number("vf_coef", 0.1);
    AdvantageEstimator advantages =
        AdvantageEstimator.ppo(
            new Gae(settings.number("gamma", 1), settings.number("lam", 0.95)),
            settings.flag("whiten_rewards", false));
    String critic = settings.text("critic", "separate");
    LoraConfig lora = TrainingOptions.lora(settings, 0);
    ImportanceCorrection correction = correction(settings);
    return parts -> {
      ActorCritic both = critic(critic, parts, model, lora);
      return new PolicyGradientUpdate(
          parts.policy().transformer(),
          both,
          parts.steps(
              "ppo",
              new ActorCriticTask(both, objective, valueLoss, valueWeight, parts.temperature())),
          advantages,
          ratios(parts, inLoss ? KlController.fixed(0) : penalty, estimator, inLoss, correction),
          parts.config());
    };
  }

  private static ActorCritic critic(String kind, Parts parts, ModelOptions model, LoraConfig lora) {
    if (kind.equals("shared")) {
      return ActorCritic.sharedTrunk(parts.policy().transformer(), parts.backend());
    }
    ScalarModel critic;
    if (kind.equals("separate")) {
      PolicyModel base = model.loadBase();
      critic = new ScalarModel(base.transformer(), parts.backend());
    } else {
      critic = TransformerReward.load(Path.of(kind)).model();
    }
    if (lora == null) {
      critic.trunk().trainAllWeights();
    } else {
      critic
          .trunk()
          .addAdapter(
              lora, RandomStream.of(parts.config().training().seed(), Purpose.CRITIC).seed());
    }
    return ActorCritic.separate(parts.policy().transformer(), critic, parts.backend());
  }
}
