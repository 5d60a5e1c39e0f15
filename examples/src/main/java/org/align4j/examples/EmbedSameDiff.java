package org.align4j.examples;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.align4j.core.advantage.AdvantageEstimator;
import org.align4j.core.advantage.GroupBaseline;
import org.align4j.core.policygradient.GrpoLoss;
import org.align4j.core.policygradient.GrpoObjective;
import org.align4j.policy.adapter.LogitsPolicy;
import org.align4j.policy.adapter.Policies;
import org.align4j.policy.adapter.TokenWindows;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.online.OnlineConfig;
import org.align4j.policy.online.OnlinePrompt;
import org.align4j.policy.online.OnlineTrainer;
import org.align4j.policy.online.PolicyGradientUpdate;
import org.align4j.policy.online.RolloutSampler;
import org.align4j.policy.run.RunContext;
import org.align4j.policy.task.PolicyGradientTask;
import org.align4j.policy.train.StepRunner;
import org.align4j.policy.train.TrainingConfig;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** GRPO on a SameDiff graph: of the one-token answers to token 3, larger tokens get more reward. */
public final class EmbedSameDiff {
  private EmbedSameDiff() {}

  /** Prints the mean reward of the last round; the untrained graph has 0.5. */
  public static void main(String... arguments) {
    System.out.println(train(Path.of(arguments.length == 0 ? "runs/samediff" : arguments[0])));
  }

  static double train(Path out) {
    SameDiff graph = SameDiff.create();
    graph
        .placeHolder("in", DataType.FLOAT, -1, 8)
        .mmul("logits", graph.var("weight", Nd4j.zeros(DataType.FLOAT, 8, 8)));
    TrainingConfig training = TrainingConfig.builder(0.2).maxSteps(40).batchSize(1).build();
    OnlineConfig config = new OnlineConfig(training, 16, 1, 1, 0, 0, 0);
    try (LogitsPolicy policy =
        Policies.sameDiff(
            graph, "logits", batch -> Map.of("in", TokenWindows.oneHot(batch, 1, 8)))) {
      SamplingParams oneToken = SamplingParams.unfiltered(1, 1);
      PolicyGradientTask task =
          new PolicyGradientTask(policy, GrpoObjective.of(GrpoLoss.DAPO, 0, 1), 1);
      PolicyGradientUpdate update =
          new PolicyGradientUpdate(
              policy,
              new StepRunner<>("grpo", task, training, policy.backend(), out),
              AdvantageEstimator.group(GroupBaseline.Scale.GROUP),
              PolicyGradientUpdate.Settings.withoutKl(1),
              config);
      return new OnlineTrainer(
              "grpo",
              new RolloutSampler(policy, ids -> String.valueOf(ids[0]), Set.of(), oneToken),
              (asked, answers) ->
                  answers.stream().mapToDouble(a -> Integer.parseInt(a) / 7.0).toArray(),
              update,
              config,
              RunContext.of(out))
          .run(List.of(new OnlinePrompt("one", "3", new int[] {3})))
          .last()
          .get("reward");
    }
  }
}
