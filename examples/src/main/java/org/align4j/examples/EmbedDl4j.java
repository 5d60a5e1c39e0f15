package org.align4j.examples;

import java.nio.file.Path;
import java.util.List;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.objective.DpoObjective;
import org.align4j.policy.adapter.Contexts;
import org.align4j.policy.adapter.Dl4jNetwork;
import org.align4j.policy.adapter.LogitsPolicy;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.run.RunContext;
import org.align4j.policy.text.TokenBatch;
import org.align4j.policy.train.PreferenceTask;
import org.align4j.policy.train.TokenizedPair;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingLoop;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** DPO on a DL4J network: a bigram model over ten tokens learns to answer 3 with 4, not with 5. */
public final class EmbedDl4j {
  private static final int VOCABULARY = 10;

  private EmbedDl4j() {}

  /** Prints the share of pairs that are right before and after. */
  public static void main(String... arguments) {
    double[] accuracies = train(Path.of(arguments.length == 0 ? "runs/dl4j" : arguments[0]));
    System.out.println("accuracy " + accuracies[0] + " -> " + accuracies[1]);
  }

  static double[] train(Path out) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .list()
                .layer(
                    new DenseLayer.Builder()
                        .nIn(VOCABULARY)
                        .nOut(VOCABULARY)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    network.init();
    Backend backend = Backends.defaultBackend();
    LogitsPolicy policy = new LogitsPolicy(Dl4jNetwork.of(network, EmbedDl4j::lastTokens), backend);
    List<TokenizedPair> pairs =
        List.of(
            new TokenizedPair("one", new int[] {3}, new int[] {4}, new int[] {5}),
            new TokenizedPair("two", new int[] {6}, new int[] {7, 4}, new int[] {5, 5}));
    PreferenceTask task = new PreferenceTask(policy, DpoObjective.sigmoid(0.5));
    task.precomputeReference(pairs, 1024, Mode.EVALUATE);
    double before = accuracy(task, pairs);
    new TrainingLoop<>(
            "dpo",
            task,
            TrainingConfig.builder(0.05).maxSteps(20).build(),
            backend,
            RunContext.of(out))
        .run(pairs, List.of());
    return new double[] {before, accuracy(task, pairs)};
  }

  private static double accuracy(PreferenceTask task, List<TokenizedPair> pairs) {
    MetricSums metrics = new MetricSums();
    task.run(pairs, pairs, false, metrics);
    return metrics.means().get("rewards/accuracies");
  }

  /** What this network reads: the token before each target, one-hot. */
  private static INDArray lastTokens(TokenBatch batch) {
    int[][] windows = Contexts.windows(batch, 1);
    float[][] rows = new float[windows.length][VOCABULARY];
    for (int i = 0; i < rows.length; i++) {
      rows[i][windows[i][0]] = 1;
    }
    return Nd4j.createFromArray(rows);
  }
}
