package org.align4j.examples;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.align4j.core.reward.RewardFunction;
import org.align4j.policy.Trainer;
import org.align4j.policy.adapter.LogitsPolicy;
import org.align4j.policy.adapter.Policies;
import org.align4j.policy.adapter.TokenWindows;
import org.align4j.policy.model.Reference;
import org.align4j.policy.online.GrpoConfig;
import org.align4j.policy.online.OnlinePrompt;
import org.align4j.policy.online.RolloutConfig;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** GRPO on a SameDiff graph: of the one-token answers to token 3, larger tokens get more reward. */
public final class EmbedSameDiff {
  private EmbedSameDiff() {}

  /**
   * Prints the mean reward of the last round; the untrained graph has 0.5.
   *
   * @param arguments the output folder; without it {@code runs/samediff}
   */
  public static void main(String... arguments) {
    System.out.println(train(Path.of(arguments.length == 0 ? "runs/samediff" : arguments[0])));
  }

  static double train(Path out) {
    SameDiff graph = SameDiff.create();
    graph
        .placeHolder("in", DataType.FLOAT, -1, 8)
        .mmul("logits", graph.var("weight", Nd4j.zeros(DataType.FLOAT, 8, 8)));
    RolloutConfig oneToken = RolloutConfig.builder().generations(16).maxCompletionLength(1).build();
    RewardFunction size =
        (asked, answers) -> answers.stream().mapToDouble(a -> Integer.parseInt(a) / 7.0).toArray();
    try (LogitsPolicy policy =
        Policies.sameDiff(
            graph, "logits", batch -> Map.of("in", TokenWindows.oneHot(batch, 1, 8)))) {
      return Trainer.online(
              policy,
              Reference.none(),
              ids -> String.valueOf(ids[0]),
              GrpoConfig.defaults().rollouts(oneToken),
              size)
          .config(c -> c.learningRate(0.2).maxSteps(40).batchSize(1))
          .output(out)
          .fit(List.of(new OnlinePrompt("one", "3", new int[] {3})))
          .last()
          .get("reward");
    }
  }
}
