package org.align4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.align4j.core.advantage.AdvantageEstimator;
import org.align4j.core.advantage.GroupBaseline;
import org.align4j.core.data.PromptFile;
import org.align4j.core.policygradient.GrpoLoss;
import org.align4j.core.policygradient.GrpoObjective;
import org.align4j.core.policygradient.KlController;
import org.align4j.core.policygradient.KlEstimator;
import org.align4j.core.reward.RewardFunction;
import org.align4j.core.run.Progress;
import org.align4j.policy.format.ModelResolver;
import org.align4j.policy.format.PeftAdapters;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.online.OnlineConfig;
import org.align4j.policy.online.OnlinePrompt;
import org.align4j.policy.online.OnlineTrainer;
import org.align4j.policy.online.PolicyGradientUpdate;
import org.align4j.policy.online.RolloutSampler;
import org.align4j.policy.train.PolicyGradientTask;
import org.align4j.policy.train.StepRunner;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingLoop;
import org.align4j.reward.Rewards;

/**
 * Distillation from a teacher as the reward: GRPO on how likely the teacher finds an answer. The
 * tokenizers may differ. Arguments: student, teacher, prompts, output.
 */
public final class EmbedTeacherReward {
  private static final int MAX_TOKENS = 64;

  private EmbedTeacherReward() {}

  /** Trains and writes a PEFT adapter. */
  public static void main(String... names) throws IOException {
    ModelResolver models = new ModelResolver(Progress.SILENT);
    PolicyModel student = PolicyModel.load(models.resolve(names[0]));
    PolicyModel teacher = PolicyModel.load(models.resolve(names[1]));
    Path out = Path.of(names[3]);
    RewardFunction reward = Rewards.likelihood(teacher).plus(0.1, Rewards.length(40));
    train(student, reward, PromptFile.parse(names[2]).read(), MAX_TOKENS, out);
    PeftAdapters.write(student.transformer(), names[0], out.resolve("adapter"));
  }

  static TrainingLoop.Result train(
      PolicyModel student, RewardFunction reward, List<String> prompts, int tokens, Path out) {
    student.transformer().addAdapter(LoraConfig.allLinear(16, 32), 42);
    TrainingConfig training =
        TrainingConfig.builder(1e-4).maxSteps(100).batchSize(4).loggingSteps(1).build();
    OnlineConfig config = new OnlineConfig(training, 8, 1, 1, 0, 0, 0);
    GrpoObjective objective = GrpoObjective.of(GrpoLoss.DAPO, 0, tokens);
    var network = student.transformer();
    var steps =
        new StepRunner<>(
            "grpo",
            new PolicyGradientTask(network, objective, 1),
            training,
            network.backend(),
            out);
    var update =
        new PolicyGradientUpdate(
            network,
            null,
            steps,
            AdvantageEstimator.group(GroupBaseline.Scale.GROUP),
            new PolicyGradientUpdate.Settings(
                1, KlController.fixed(0), KlEstimator.K1, false, null),
            config);
    var sampler =
        new RolloutSampler(
            network,
            student.tokenizer(),
            student.assets().stopTokens(),
            network.backend(),
            new SamplingParams(tokens, 1, 0, 1, 1, 0),
            32);
    List<OnlinePrompt> asked =
        prompts.stream()
            .map(text -> new OnlinePrompt(text, text, student.text().userPrompt(text)))
            .toList();
    return new OnlineTrainer("grpo", sampler, reward, update, config, quiet(out)).run(asked);
  }

  private static TrainingLoop.Surroundings quiet(Path out) {
    return new TrainingLoop.Surroundings(out, null, Progress.SILENT, () -> false);
  }
}
