package org.align4j.examples;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.align4j.core.advantage.GroupBaseline;
import org.align4j.core.policygradient.GrpoLoss;
import org.align4j.core.policygradient.GrpoObjective;
import org.align4j.policy.adapter.Contexts;
import org.align4j.policy.adapter.LogitsPolicy;
import org.align4j.policy.adapter.SameDiffNetwork;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.align4j.policy.train.PolicyGradientTask;
import org.align4j.policy.train.ScoredRollout;
import org.align4j.policy.train.StepRunner;
import org.align4j.policy.train.TrainingConfig;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** GRPO on a SameDiff graph: of all one-token answers to token 3, the larger ones are rewarded. */
public final class EmbedSameDiff {
  private static final int VOCABULARY = 8;

  private EmbedSameDiff() {}

  /** Prints the expected reward before and after. */
  public static void main(String... arguments) {
    double[] rewards = train(Path.of(arguments.length == 0 ? "runs/samediff" : arguments[0]));
    System.out.println("expected reward " + rewards[0] + " -> " + rewards[1]);
  }

  static double[] train(Path out) {
    SameDiff graph = SameDiff.create();
    SDVariable in = graph.placeHolder("in", DataType.FLOAT, -1, VOCABULARY);
    SDVariable weight = graph.var("weight", Nd4j.zeros(DataType.FLOAT, VOCABULARY, VOCABULARY));
    in.mmul("logits", weight);
    SameDiffNetwork network =
        new SameDiffNetwork(
            graph, "logits", List.of("weight"), batch -> Map.of("in", lastTokens(batch)));
    Backend backend = Backends.defaultBackend();
    LogitsPolicy policy = new LogitsPolicy(network, backend);
    double before = expectedReward(policy);
    StepRunner<ScoredRollout> steps =
        new StepRunner<>(
            "grpo",
            new PolicyGradientTask(policy, GrpoObjective.of(GrpoLoss.DAPO, 0, 1), 1),
            TrainingConfig.defaults(0.1),
            backend,
            out);
    for (int round = 0; round < 20; round++) {
      steps.run(rollouts(policy), 0.1, round);
    }
    return new double[] {before, expectedReward(policy)};
  }

  /** Every answer once, so that the example needs no sampler. */
  private static List<ScoredRollout> rollouts(LogitsPolicy policy) {
    int[] prompt = {3};
    double[] rewards = new double[VOCABULARY];
    Arrays.setAll(rewards, token -> (double) token / VOCABULARY);
    double[] advantages =
        new GroupBaseline(VOCABULARY).normalized(rewards, GroupBaseline.Scale.GROUP);
    double[] logProbs = logProbs(policy);
    List<ScoredRollout> out = new ArrayList<>();
    for (int token = 0; token < VOCABULARY; token++) {
      out.add(
          new ScoredRollout(
              "answer " + token,
              prompt,
              new int[] {token},
              new double[] {logProbs[token]},
              null,
              new double[] {advantages[token]}));
    }
    return out;
  }

  private static double expectedReward(LogitsPolicy policy) {
    double[] logProbs = logProbs(policy);
    double sum = 0;
    for (int token = 0; token < VOCABULARY; token++) {
      sum += Math.exp(logProbs[token]) * token / VOCABULARY;
    }
    return sum;
  }

  private static double[] logProbs(LogitsPolicy policy) {
    List<int[]> answers = new ArrayList<>();
    for (int token = 0; token < VOCABULARY; token++) {
      answers.add(new int[] {token});
    }
    TokenBatch batch = TokenBatch.of(List.of(new PromptCompletions(new int[] {3}, answers)));
    return policy.forward(batch, Mode.EVALUATE).logProbs();
  }

  private static INDArray lastTokens(TokenBatch batch) {
    int[][] windows = Contexts.windows(batch, 1);
    float[][] rows = new float[windows.length][VOCABULARY];
    for (int i = 0; i < rows.length; i++) {
      rows[i][windows[i][0]] = 1;
    }
    return Nd4j.createFromArray(rows);
  }
}
