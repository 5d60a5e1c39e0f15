package org.align4j.examples;

import java.nio.file.Path;
import java.util.List;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.objective.DpoObjective;
import org.align4j.policy.adapter.LogitsPolicy;
import org.align4j.policy.adapter.Policies;
import org.align4j.policy.adapter.TokenWindows;
import org.align4j.policy.model.Reference;
import org.align4j.policy.run.RunContext;
import org.align4j.policy.task.PreferenceTask;
import org.align4j.policy.text.TokenizedPair;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingLoop;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;

/** DPO on a DL4J network: a bigram model over ten tokens learns to answer 3 with 4, not with 5. */
public final class EmbedDl4j {
  private EmbedDl4j() {}

  /** Prints the share of pairs that are right after training. */
  public static void main(String... arguments) {
    System.out.println(train(Path.of(arguments.length == 0 ? "runs/dl4j" : arguments[0])));
  }

  static double train(Path out) {
    DenseLayer logits =
        new DenseLayer.Builder().nIn(10).nOut(10).activation(Activation.IDENTITY).build();
    MultiLayerNetwork network =
        new MultiLayerNetwork(new NeuralNetConfiguration.Builder().seed(1).list(logits).build());
    network.init();
    List<TokenizedPair> pairs =
        List.of(
            new TokenizedPair("one", new int[] {3}, new int[] {4}, new int[] {5}),
            new TokenizedPair("two", new int[] {6}, new int[] {7, 4}, new int[] {5, 5}));
    try (LogitsPolicy policy = Policies.dl4j(network, batch -> TokenWindows.oneHot(batch, 1, 10))) {
      PreferenceTask task = new PreferenceTask(policy, DpoObjective.sigmoid(0.5));
      task.precomputeReference(pairs, 1024, Reference.of(policy));
      TrainingConfig config = TrainingConfig.builder(0.05).maxSteps(20).build();
      new TrainingLoop<>("dpo", task, config, policy.backend(), RunContext.of(out))
          .run(pairs, List.of());
      MetricSums metrics = new MetricSums();
      task.run(pairs, pairs, false, metrics);
      return metrics.means().get("rewards/accuracies");
    }
  }
}
