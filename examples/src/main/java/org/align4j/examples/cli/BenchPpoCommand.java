package org.align4j.examples.cli;

import org.align4j.core.advantage.AdvantageEstimator;
import org.align4j.core.advantage.Gae;
import org.align4j.core.policygradient.KlController;
import org.align4j.core.policygradient.KlEstimator;
import org.align4j.core.policygradient.PpoObjective;
import org.align4j.core.policygradient.ValueLoss;
import org.align4j.policy.model.ActorCritic;
import org.align4j.policy.model.Reference;
import org.align4j.policy.online.PolicyGradientUpdate;
import org.align4j.policy.train.ActorCriticTask;
import picocli.CommandLine.Command;

@Command(
    name = "ppo",
    mixinStandardHelpOptions = true,
    description =
        "Times PPO rounds of 8 prompts x 8 completions, KL in the reward, the critic a value head on"
            + " the policy.")
final class BenchPpoCommand extends BenchOnline {
  private static final double CLIP = 0.2;
  private static final double KL_COEFFICIENT = 0.05;
  private static final double VALUE_WEIGHT = 0.1;

  BenchPpoCommand() {
    super(
        (policy, config, backend) -> {
          ActorCritic both = ActorCritic.sharedTrunk(policy);
          PpoObjective objective = new PpoObjective(CLIP, CLIP, 0, true, 0, KlEstimator.K1);
          return new PolicyGradientUpdate(
              both,
              steps(
                  new ActorCriticTask(both, objective, new ValueLoss(CLIP), VALUE_WEIGHT, 1),
                  config,
                  backend),
              AdvantageEstimator.ppo(new Gae(1, 0.95), false),
              new PolicyGradientUpdate.Settings(
                  1,
                  KlController.fixed(KL_COEFFICIENT),
                  KlEstimator.K1,
                  false,
                  null,
                  Reference.adapterOff(policy)),
              config);
        });
  }
}
