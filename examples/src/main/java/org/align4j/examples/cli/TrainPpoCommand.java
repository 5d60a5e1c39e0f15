package org.align4j.examples.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
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
import org.align4j.policy.model.ActorCritic;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.ScalarModel;
import org.align4j.policy.online.PolicyGradientUpdate;
import org.align4j.policy.train.ActorCriticTask;
import org.align4j.reward.TransformerReward;
import picocli.CommandLine.Command;

@Command(
    name = "ppo",
    mixinStandardHelpOptions = true,
    description = "PPO with a critic: separate, shared, or the folder of a reward model (critic).")
final class TrainPpoCommand extends OnlineTraining {
  private static final String SEPARATE = "separate";
  private static final String SHARED = "shared";

  TrainPpoCommand() {
    super("ppo", new Defaults(3e-6, 1, 4, 1, 53, 0.7));
  }

  /** Keys and defaults of TRL's PPOConfig; num_iterations is its num_ppo_epochs. */
  @Override
  Method method(Settings settings) {
    double clip = settings.number("cliprange", 0.2);
    String place = settings.text("kl_in", "reward");
    if (!place.equals("reward") && !place.equals("loss")) {
      throw new IllegalArgumentException("kl_in is \"" + place + "\"; expected reward or loss");
    }
    boolean inLoss = place.equals("loss");
    KlController penalty = penalty(settings, 0.05, !inLoss);
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
    String critic = settings.text("critic", SEPARATE);
    if (!Set.of(SEPARATE, SHARED).contains(critic) && !Files.isDirectory(Path.of(critic))) {
      throw new IllegalArgumentException(
          "critic is \""
              + critic
              + "\"; expected separate, shared or the folder of a reward model");
    }
    ImportanceCorrection correction = correction(settings);
    return new Method(
        penalty.value() > 0,
        1,
        parts -> {
          ActorCritic both = critic(critic, parts);
          return new PolicyGradientUpdate(
              parts.policy().transformer(),
              both,
              parts.steps(
                  "ppo",
                  new ActorCriticTask(
                      both, objective, valueLoss, valueWeight, parts.temperature())),
              advantages,
              ratios(
                  parts, inLoss ? KlController.fixed(0) : penalty, estimator, inLoss, correction),
              parts.config());
        });
  }

  /** A critic that is trained as the policy is: in full or by an adapter of the same shape. */
  private ActorCritic critic(String kind, Parts parts) {
    DecoderTransformer policy = parts.policy().transformer();
    if (kind.equals(SHARED)) {
      return ActorCritic.sharedTrunk(policy, parts.backend());
    }
    ScalarModel critic =
        kind.equals(SEPARATE)
            ? new ScalarModel(model.loadBase().transformer(), parts.backend())
            : TransformerReward.load(Path.of(kind)).model();
    if (parts.checkpointing()) {
      critic.trunk().checkpointActivations();
    }
    if (policy.lora() == null) {
      critic.trunk().trainAllWeights();
    } else {
      critic
          .trunk()
          .addAdapter(
              policy.lora(),
              RandomStream.of(parts.config().training().seed(), Purpose.CRITIC).seed());
    }
    return ActorCritic.separate(policy, critic, parts.backend());
  }
}
