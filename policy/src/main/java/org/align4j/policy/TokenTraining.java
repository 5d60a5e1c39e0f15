package org.align4j.policy;

import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.align4j.core.ConfigurationException;
import org.align4j.core.objective.PreferenceObjective;
import org.align4j.core.reward.RewardFunction;
import org.align4j.policy.generate.Sampler;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.model.LanguageModel;
import org.align4j.policy.model.Reference;
import org.align4j.policy.online.GivenCritics;
import org.align4j.policy.online.OnlineConfig;
import org.align4j.policy.online.OnlineMethod;
import org.align4j.policy.online.OnlinePrompt;
import org.align4j.policy.online.OnlineSetup;
import org.align4j.policy.online.OnlineTrainer;
import org.align4j.policy.online.RolloutSampler;
import org.align4j.policy.task.PreferenceTask;
import org.align4j.policy.text.TokenizedPair;
import org.align4j.policy.train.TrainingLoop;

/** Training of any policy on rows of token ids. */
final class TokenTraining {
  private TokenTraining() {}

  static TrainingMethod<TokenizedPair> preference(
      LanguageModel policy, Reference reference, PreferenceObjective objective) {
    return (setup, pairs) -> {
      PreferenceTask task = new PreferenceTask(policy, reference, objective);
      TrainingLoop<TokenizedPair> loop =
          new TrainingLoop<>(setup.name(), task, setup.config(), policy.backend(), setup.context());
      return setup.evaluation() == null
          ? loop.run(pairs, setup.heldOut(), setup.resume())
          : loop.run(pairs, setup.evaluation(), setup.resume());
    };
  }

  static <P extends LanguageModel & Sampler> TrainingMethod<OnlinePrompt> online(
      P policy,
      Reference reference,
      Function<int[], String> toText,
      OnlineMethod method,
      RewardFunction reward) {
    return (setup, prompts) -> {
      if (!setup.heldOut().isEmpty() || setup.evaluation() != null) {
        throw new ConfigurationException(
            "online training has no evaluation; its rewards show how it does");
      }
      method.check(setup.config(), reference.present());
      OnlineConfig config = OnlineConfig.of(setup.config(), method.rollouts());
      RolloutSampler sampler =
          new RolloutSampler(
              policy,
              toText,
              Set.of(),
              SamplingParams.unfiltered(
                  method.rollouts().maxCompletionLength(), method.rollouts().temperature()));
      OnlineSetup parts =
          new OnlineSetup(
              policy,
              reference,
              new GivenCritics(policy),
              policy.backend(),
              config,
              setup.context().output());
      return new OnlineTrainer(
              setup.name(), sampler, reward, method.update(parts), config, setup.context())
          .run(List.copyOf(prompts), setup.resume());
    };
  }
}
