package org.align4j.reward.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.align4j.core.advantage.AdvantageEstimator;
import org.align4j.core.advantage.GroupBaseline;
import org.align4j.core.policygradient.GrpoLoss;
import org.align4j.core.policygradient.GrpoObjective;
import org.align4j.core.reward.RewardFunction;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.generate.TransformerSampler;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.online.OnlineConfig;
import org.align4j.policy.online.OnlinePrompt;
import org.align4j.policy.online.OnlineTrainer;
import org.align4j.policy.online.PolicyGradientUpdate;
import org.align4j.policy.online.Rollout;
import org.align4j.policy.online.RolloutSampler;
import org.align4j.policy.optim.LearningRateSchedule;
import org.align4j.policy.run.RunContext;
import org.align4j.policy.run.TrainingResult;
import org.align4j.policy.task.PolicyGradientTask;
import org.align4j.policy.train.StepRunner;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.reward.Fixtures;
import org.align4j.reward.Rewards;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** GRPO on a teacher's likelihood makes the student's answers likelier for the teacher. */
class LikelihoodTrainingTest {
  private static final int LENGTH = 6;
  private static final int GENERATIONS = 16;

  @TempDir Path folder;

  private final PolicyModel student = Fixtures.model("policy");
  private final PolicyModel teacher = Fixtures.model("llama");
  private final Backend backend = student.transformer().backend();

  private List<OnlinePrompt> prompts() {
    List<OnlinePrompt> out = new ArrayList<>();
    for (String text : List.of("a river?", "who bakes the bread?", "geese?", "a town?")) {
      out.add(new OnlinePrompt(text, text, student.text().userPrompt(text)));
    }
    return out;
  }

  private RolloutSampler sampler() {
    return new RolloutSampler(
        new TransformerSampler(student.transformer(), GENERATIONS),
        student.tokenizer()::decode,
        student.assets().stopTokens(),
        SamplingParams.unfiltered(LENGTH, 1));
  }

  /** Mean reward of many answers, drawn with the same seed before and after. */
  private double meanReward(RewardFunction reward) {
    List<Rollout> rollouts = sampler().sample(prompts(), 128, 99);
    double[] rewards =
        reward.rewards(
            rollouts.stream().map(rollout -> rollout.prompt().text()).toList(),
            rollouts.stream().map(Rollout::text).toList());
    return Arrays.stream(rewards).average().orElseThrow();
  }

  private TrainingResult train(RewardFunction reward) {
    TrainingConfig training =
        TrainingConfig.builder(0.01)
            .maxSteps(80)
            .batchSize(4)
            .schedule(LearningRateSchedule.CONSTANT)
            .loggingSteps(1)
            .build();
    OnlineConfig config = new OnlineConfig(training, GENERATIONS, 1, 1, 0, 0, 0);
    PolicyGradientTask task =
        new PolicyGradientTask(
            student.transformer(), GrpoObjective.of(GrpoLoss.DAPO, 0, LENGTH), 1);
    PolicyGradientUpdate update =
        new PolicyGradientUpdate(
            student.transformer(),
            new StepRunner<>("grpo", task, training, backend, folder),
            AdvantageEstimator.group(GroupBaseline.Scale.GROUP),
            PolicyGradientUpdate.Settings.withoutKl(1),
            config);
    return new OnlineTrainer("grpo", sampler(), reward, update, config, RunContext.of(folder))
        .run(prompts());
  }

  @Test
  void raisesTheTeachersLikelihoodOfTheStudentsAnswers() {
    student.transformer().addAdapter(LoraConfig.allLinear(8, 16), 1);
    RewardFunction likelihood = Rewards.likelihood(teacher);
    double before = meanReward(likelihood);
    TrainingResult result = train(likelihood.plus(0.1, Rewards.length(4)));
    // The standard error of either mean is about 0.02.
    assertThat(meanReward(likelihood)).isGreaterThan(before + 0.1);
    assertThat(result.last()).containsKeys("rewards/likelihood/mean", "rewards/length/mean");
    assertThat(result.last().get("reward"))
        .isCloseTo(
            result.last().get("rewards/likelihood/mean")
                + 0.1 * result.last().get("rewards/length/mean"),
            within(1e-9));
  }
}
