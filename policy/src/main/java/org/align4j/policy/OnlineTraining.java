package org.align4j.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.align4j.core.reward.RewardFunction;
import org.align4j.policy.generate.Sampler;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.generate.TransformerSampler;
import org.align4j.policy.model.LanguageModel;
import org.align4j.policy.model.Reference;
import org.align4j.policy.online.CriticSource;
import org.align4j.policy.online.GivenCritics;
import org.align4j.policy.online.OnlineConfig;
import org.align4j.policy.online.OnlineMethod;
import org.align4j.policy.online.OnlinePrompt;
import org.align4j.policy.online.OnlineSetup;
import org.align4j.policy.online.OnlineTrainer;
import org.align4j.policy.online.RolloutConfig;
import org.align4j.policy.online.RolloutSampler;
import org.align4j.policy.online.TransformerCritics;
import org.align4j.policy.run.TrainingResult;

/**
 * Training on the model's own completions of prompts.
 *
 * @param reward what completions are scored by
 * @param reference what KL terms are taken to
 * @param critics of this kind of policy
 * @param sampler of the policy
 */
record OnlineTraining(
    OnlineMethod method,
    RewardFunction reward,
    LanguageModel policy,
    Reference reference,
    CriticSource critics,
    RolloutSampler sampler) {

  /** Training of a chat model. */
  static TrainingMethod<String> ofChatModel(
      ChatModel model, OnlineMethod method, RewardFunction reward) {
    return (setup, prompts) -> {
      RolloutSampler sampler =
          new RolloutSampler(
              new TransformerSampler(model.network(), method.rollouts().generationBatchSize()),
              model.parts().tokenizer()::decode,
              model.parts().assets().stopTokens(),
              sampling(method));
      CriticSource critics =
          new TransformerCritics(
              model.network(), () -> model.reload().network(), setup.config().seed());
      Reference reference = Reference.adapterOffOrNone(model.network());
      return new OnlineTraining(method, reward, model.network(), reference, critics, sampler)
          .train(setup, encoded(model, prompts));
    };
  }

  /** Training of any policy that can sample; completions end at the length limit. */
  static <P extends LanguageModel & Sampler> TrainingMethod<OnlinePrompt> ofPolicy(
      P policy,
      Reference reference,
      Function<int[], String> toText,
      OnlineMethod method,
      RewardFunction reward) {
    return (setup, prompts) -> {
      RolloutSampler sampler = new RolloutSampler(policy, toText, Set.of(), sampling(method));
      CriticSource critics = new GivenCritics(policy);
      return new OnlineTraining(method, reward, policy, reference, critics, sampler)
          .train(setup, List.copyOf(prompts));
    };
  }

  private static SamplingParams sampling(OnlineMethod method) {
    RolloutConfig rollouts = method.rollouts();
    return SamplingParams.unfiltered(rollouts.maxCompletionLength(), rollouts.temperature());
  }

  private static List<OnlinePrompt> encoded(ChatModel model, List<String> prompts) {
    List<OnlinePrompt> out = new ArrayList<>(prompts.size());
    for (String prompt : prompts) {
      int[] ids = model.parts().text().userPrompt(prompt);
      out.add(new OnlinePrompt("prompt " + (out.size() + 1), prompt, ids));
    }
    return out;
  }

  private TrainingResult train(TrainingSetup<?> setup, List<OnlinePrompt> prompts) {
    setup.requireNoEvaluation("online training");
    method.check(setup.config(), reference.present());
    OnlineConfig config = OnlineConfig.of(setup.config(), method.rollouts());
    OnlineSetup parts =
        new OnlineSetup(
            policy, reference, critics, policy.backend(), config, setup.context().output());
    return new OnlineTrainer(
            setup.name(), sampler, reward, method.update(parts), config, setup.context())
        .run(prompts, setup.resume());
  }
}
