package org.align4j.examples;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.align4j.core.objective.DpoObjective;
import org.align4j.policy.Trainer;
import org.align4j.policy.adapter.LogitsPolicy;
import org.align4j.policy.adapter.Policies;
import org.align4j.policy.adapter.TokenWindows;
import org.align4j.policy.model.Reference;
import org.align4j.policy.text.TokenBatch;
import org.align4j.policy.text.TokenizedPair;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;

/** DPO on a DL4J network: a bigram model over ten tokens learns to answer 3 with 4, not with 5. */
public final class EmbedDl4j {
  private EmbedDl4j() {}

  /**
   * Prints the share of pairs that are right after training.
   *
   * @param arguments the output folder; without it {@code runs/dl4j}
   */
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
    Function<TokenBatch, INDArray> lastToken = batch -> TokenWindows.oneHot(batch, 1, 10);
    try (LogitsPolicy policy = Policies.dl4j(network, lastToken);
        LogitsPolicy untrained = Policies.dl4j(network.clone(), lastToken)) {
      return Trainer.preference(policy, Reference.of(untrained), DpoObjective.sigmoid(0.5))
          .config(c -> c.learningRate(0.05).maxSteps(20))
          .output(out)
          .evaluateOn(pairs)
          .fit(pairs)
          .evaluation()
          .get("eval_rewards/accuracies");
    }
  }
}
