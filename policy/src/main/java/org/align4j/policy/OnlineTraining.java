package org.align4j.policy;

import java.util.ArrayList;
import java.util.List;
import org.align4j.core.ConfigurationException;
import org.align4j.core.reward.RewardFunction;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.generate.TransformerSampler;
import org.align4j.policy.model.Reference;
import org.align4j.policy.online.OnlineConfig;
import org.align4j.policy.online.OnlineMethod;
import org.align4j.policy.online.OnlinePrompt;
import org.align4j.policy.online.OnlineSetup;
import org.align4j.policy.online.OnlineTrainer;
import org.align4j.policy.online.RolloutConfig;
import org.align4j.policy.online.RolloutSampler;
import org.align4j.policy.online.TransformerCritics;
import org.align4j.policy.run.TrainingResult;
import org.align4j.policy.train.TrainingConfig;

/**
 * Training on the model's own completions of prompts.
 *
 * @param reward what completions are scored by
 */
record OnlineTraining(ChatModel model, OnlineMethod method, RewardFunction reward)
    implements TrainingMethod<String> {

  @Override
  public TrainingResult train(TrainingSetup<String> setup, List<String> prompts) {
    if (!setup.heldOut().isEmpty() || setup.evaluation() != null) {
      throw new ConfigurationException(
          "online training has no evaluation; its rewards show how it does");
    }
    TrainingConfig training = setup.config();
    method.check(training, model.network().hasReference());
    OnlineConfig config = OnlineConfig.of(training, method.rollouts());
    OnlineSetup parts =
        new OnlineSetup(
            model.network(),
            Reference.adapterOffOrNone(model.network()),
            new TransformerCritics(
                model.network(), () -> model.reload().network(), training.seed()),
            model.backend(),
            config,
            setup.context().output());
    return new OnlineTrainer(
            setup.name(), sampler(), reward, method.update(parts), config, setup.context())
        .run(encoded(prompts), setup.resume());
  }

  private RolloutSampler sampler() {
    RolloutConfig rollouts = method.rollouts();
    SamplingParams params =
        SamplingParams.unfiltered(rollouts.maxCompletionLength(), rollouts.temperature());
    return new RolloutSampler(
        new TransformerSampler(model.network(), rollouts.generationBatchSize()),
        model.parts().tokenizer()::decode,
        model.parts().assets().stopTokens(),
        params);
  }

  private List<OnlinePrompt> encoded(List<String> prompts) {
    List<OnlinePrompt> out = new ArrayList<>(prompts.size());
    for (String prompt : prompts) {
      int[] ids = model.parts().text().userPrompt(prompt);
      out.add(new OnlinePrompt("prompt " + (out.size() + 1), prompt, ids));
    }
    return out;
  }
}
