package org.align4j.policy.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.objective.DpoObjective;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.run.RunContext;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.align4j.policy.train.PreferenceTask;
import org.align4j.policy.train.TokenizedPair;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingLoop;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** DPO on networks that are not ours: bigram models by SameDiff and DL4J. */
class LogitsPolicyTest {
  private static final Backend BACKEND = Backends.defaultBackend();
  private static final int VOCABULARY = 12;
  private static final int HIDDEN = 16;

  @TempDir Path folder;

  /** The token before each target, as one of {@code VOCABULARY}. */
  private static INDArray lastTokens(TokenBatch batch) {
    int[][] windows = Contexts.windows(batch, 1);
    float[][] rows = new float[windows.length][VOCABULARY];
    for (int i = 0; i < rows.length; i++) {
      rows[i][windows[i][0]] = 1;
    }
    return Nd4j.createFromArray(rows);
  }

  private static DenseLayer dense(int in, int out, Activation activation) {
    return new DenseLayer.Builder().nIn(in).nOut(out).activation(activation).build();
  }

  private static LogitsNetwork multiLayer() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .list()
                .layer(dense(VOCABULARY, HIDDEN, Activation.TANH))
                .layer(dense(HIDDEN, VOCABULARY, Activation.IDENTITY))
                .build());
    network.init();
    return Dl4jNetwork.of(network, LogitsPolicyTest::lastTokens);
  }

  private static LogitsNetwork graph() {
    ComputationGraphConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .seed(1)
            .graphBuilder()
            .addInputs("in")
            .addLayer("hidden", dense(VOCABULARY, HIDDEN, Activation.TANH), "in")
            .addLayer("logits", dense(HIDDEN, VOCABULARY, Activation.IDENTITY), "hidden")
            .setOutputs("logits")
            .build();
    ComputationGraph graph = new ComputationGraph(configuration);
    graph.init();
    return Dl4jNetwork.of(graph, LogitsPolicyTest::lastTokens);
  }

  private static LogitsNetwork sameDiff() {
    SameDiff graph = SameDiff.create();
    SDVariable in = graph.placeHolder("in", DataType.FLOAT, -1, VOCABULARY);
    SDVariable first = graph.var("first", Nd4j.randn(DataType.FLOAT, VOCABULARY, HIDDEN).muli(0.3));
    SDVariable second =
        graph.var("second", Nd4j.randn(DataType.FLOAT, HIDDEN, VOCABULARY).muli(0.3));
    graph.math().tanh(in.mmul(first)).mmul("logits", second);
    return new SameDiffNetwork(
        graph, "logits", List.of("first", "second"), batch -> Map.of("in", lastTokens(batch)));
  }

  static Stream<LogitsNetwork> networks() {
    return Stream.of(multiLayer(), graph(), sameDiff());
  }

  private static List<TokenizedPair> pairs() {
    Random random = new Random(1);
    List<TokenizedPair> out = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      int t = 3 + random.nextInt(6);
      out.add(
          new TokenizedPair("row " + i, new int[] {2, t}, new int[] {t, t}, new int[] {1, 0, 1}));
    }
    return out;
  }

  @ParameterizedTest
  @MethodSource("networks")
  void dpoTrainsAForeignNetwork(LogitsNetwork network) {
    LogitsPolicy policy = new LogitsPolicy(network, BACKEND);
    PreferenceTask task = new PreferenceTask(policy, DpoObjective.sigmoid(0.5));
    List<TokenizedPair> pairs = pairs();
    task.precomputeReference(pairs, 4096, Mode.EVALUATE);
    TrainingConfig config = TrainingConfig.builder(0.02).maxSteps(80).batchSize(8).build();
    new TrainingLoop<>("dpo", task, config, BACKEND, RunContext.of(folder)).run(pairs, List.of());
    MetricSums metrics = new MetricSums();
    double loss = task.run(pairs, pairs, false, metrics);
    assertThat(metrics.means().get("rewards/accuracies")).isGreaterThan(0.99);
    assertThat(loss).isLessThan(0.3);
  }

  @ParameterizedTest
  @MethodSource("networks")
  void gradientEqualsFiniteDifferences(LogitsNetwork network) {
    LogitsPolicy policy = new LogitsPolicy(network, BACKEND);
    TokenBatch batch =
        TokenBatch.of(
            List.of(
                new PromptCompletions(new int[] {2, 5}, List.of(new int[] {4, 7}, new int[] {3}))));
    double[] weights = {0.7, -1.1, 0.4};
    policy.clearGradients();
    policy.forward(batch, Mode.TRAIN, 0.7);
    policy.backward(weights);
    Random random = new Random(5);
    for (Parameter parameter : policy.parameters()) {
      for (int k = 0; k < 12; k++) {
        int r = random.nextInt(parameter.value().rows());
        int j = random.nextInt(parameter.value().columns());
        float kept = parameter.value().get(r, j);
        parameter.value().set(r, j, kept + 1e-2f);
        double above = weighted(policy, batch, weights);
        parameter.value().set(r, j, kept - 1e-2f);
        double below = weighted(policy, batch, weights);
        parameter.value().set(r, j, kept);
        assertThat((double) parameter.gradient().get(r, j))
            .isCloseTo((above - below) / 2e-2, within(2e-3));
      }
    }
  }

  private static double weighted(LogitsPolicy policy, TokenBatch batch, double[] weights) {
    double[] logProbs = policy.forward(batch, Mode.EVALUATE, 0.7).logProbs();
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      sum += weights[i] * logProbs[i];
    }
    return sum;
  }

  @Test
  void contextsCrossTheSharedPrompt() {
    TokenBatch batch =
        TokenBatch.of(
            List.of(
                new PromptCompletions(new int[] {2, 5}, List.of(new int[] {4, 7}, new int[] {3}))));
    assertThat(Contexts.of(batch)).isDeepEqualTo(new int[][] {{2, 5}, {2, 5, 4}, {2, 5}});
    assertThat(Contexts.windows(batch, 3))
        .isDeepEqualTo(new int[][] {{-1, 2, 5}, {2, 5, 4}, {-1, 2, 5}});
  }
}
