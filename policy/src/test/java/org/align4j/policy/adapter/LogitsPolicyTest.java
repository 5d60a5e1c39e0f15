package org.align4j.policy.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.align4j.core.distillation.GeneralizedJsd;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.objective.DpoObjective;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.generate.Completion;
import org.align4j.policy.generate.FinishReason;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.NextTokenLogits;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.model.Reference;
import org.align4j.policy.run.RunContext;
import org.align4j.policy.task.PreferenceTask;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.align4j.policy.text.TokenizedPair;
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
import org.junit.jupiter.params.provider.EnumSource;
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
    return TokenWindows.oneHot(batch, 1, VOCABULARY);
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
    task.precomputeReference(pairs, 4096, Reference.of(policy));
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
    assertThat(TokenWindows.contexts(batch)).isDeepEqualTo(new int[][] {{2, 5}, {2, 5, 4}, {2, 5}});
    assertThat(TokenWindows.last(batch, 3))
        .isDeepEqualTo(new int[][] {{-1, 2, 5}, {2, 5, 4}, {-1, 2, 5}});
  }

  @Test
  void oneHotWindowsAreZeroWhereTokensAreMissing() {
    TokenBatch batch =
        TokenBatch.of(PromptCompletions.ofPairs(List.of(new int[] {1}), List.of(new int[] {2, 0})));
    assertThat(TokenWindows.oneHot(batch, 2, 3).toFloatMatrix())
        .isDeepEqualTo(new float[][] {{0, 0, 0, 0, 1, 0}, {0, 1, 0, 0, 0, 1}});
    assertThatThrownBy(() -> TokenWindows.oneHot(batch, 1, 2))
        .hasMessage("token id 2 is outside the vocabulary of 2");
  }

  /**
   * The sampler's log-probs are the trainer's, and the drawn tokens have the policy's frequencies.
   */
  @ParameterizedTest
  @EnumSource(ForeignNetworks.class)
  void samplesComeFromThePolicy(ForeignNetworks kind) {
    try (LogitsPolicy policy = kind.policy(3)) {
      int[] prompt = {2, 5};
      List<int[]> prompts = Collections.nCopies(4000, prompt);
      SamplingParams params = new SamplingParams(2, 0.7, 0, 1, 1, 11);
      List<Completion> drawn = policy.sample(prompts, params, Set.of(4), () -> false).orElseThrow();
      double[] share = new double[ForeignNetworks.VOCABULARY];
      for (Completion completion : drawn) {
        share[completion.ids()[0]] += 1.0 / drawn.size();
        boolean stopped = completion.ids()[completion.ids().length - 1] == 4;
        assertThat(completion.finishReason())
            .isEqualTo(stopped ? FinishReason.STOP : FinishReason.LENGTH);
        assertThat(completion.ids()).hasSize(completion.ids()[0] == 4 ? 1 : 2);
      }
      List<int[]> tokens = new ArrayList<>();
      for (int token = 0; token < share.length; token++) {
        tokens.add(new int[] {token});
      }
      TokenBatch every = TokenBatch.of(List.of(new PromptCompletions(prompt, tokens)));
      double[] logProbs = policy.forward(every, Mode.EVALUATE, 0.7).logProbs();
      for (int token = 0; token < share.length; token++) {
        // Three standard errors of 4000 draws.
        assertThat(share[token]).isCloseTo(Math.exp(logProbs[token]), within(0.024));
      }
      Completion first = drawn.get(0);
      TokenBatch batch =
          TokenBatch.of(List.of(new PromptCompletions(prompt, List.of(first.ids()))));
      assertThat(policy.forward(batch, Mode.EVALUATE, 0.7).logProbs())
          .containsExactly(first.logProbs(), within(1e-5));
    }
  }

  /** Completion i is a function of seed and i: fewer prompts or another call change nothing. */
  @ParameterizedTest
  @EnumSource(ForeignNetworks.class)
  void drawsAreReproducible(ForeignNetworks kind) {
    try (LogitsPolicy policy = kind.policy(3)) {
      List<int[]> prompts = List.of(new int[] {1}, new int[] {2, 3}, new int[] {4, 5, 6});
      SamplingParams params = new SamplingParams(6, 1, 0, 1, 1, 7);
      List<Completion> all = policy.sample(prompts, params, Set.of(), () -> false).orElseThrow();
      List<Completion> two =
          policy.sample(prompts.subList(0, 2), params, Set.of(), () -> false).orElseThrow();
      for (int i = 0; i < two.size(); i++) {
        assertThat(two.get(i).ids()).isEqualTo(all.get(i).ids());
      }
      SamplingParams other = new SamplingParams(6, 1, 0, 1, 1, 8);
      assertThat(policy.sample(prompts, other, Set.of(), () -> false).orElseThrow().get(2).ids())
          .isNotEqualTo(all.get(2).ids());
      assertThat(policy.sample(prompts, params, Set.of(), () -> true)).isEmpty();
    }
  }

  /** d weight · Σ JSD / d parameters, in both directions and between the limits. */
  @ParameterizedTest
  @EnumSource(ForeignNetworks.class)
  void distillationsGradientEqualsFiniteDifferences(ForeignNetworks kind) {
    TokenBatch batch =
        TokenBatch.of(
            List.of(
                new PromptCompletions(new int[] {2, 5}, List.of(new int[] {4, 7}, new int[] {3}))));
    try (LogitsPolicy student = kind.policy(1);
        LogitsPolicy teacher = kind.policy(2);
        NextTokenLogits logits = teacher.logits(batch, Mode.EVALUATE)) {
      for (double beta : new double[] {0, 0.5, 1}) {
        GeneralizedJsd jsd = new GeneralizedJsd(beta, 0.7, 0);
        student.clearGradients();
        double[] learnt = student.learnDivergence(batch, logits, jsd, 0.3);
        assertThat(student.divergence(batch, Mode.EVALUATE, logits, jsd))
            .containsExactly(learnt, within(1e-6));
        Parameter parameter = student.parameters().get(0);
        for (int k = 40; k < 52; k++) {
          int r = k / parameter.value().columns();
          int j = k % parameter.value().columns();
          float kept = parameter.value().get(r, j);
          parameter.value().set(r, j, kept + 1e-2f);
          double above = sum(student.divergence(batch, Mode.EVALUATE, logits, jsd));
          parameter.value().set(r, j, kept - 1e-2f);
          double below = sum(student.divergence(batch, Mode.EVALUATE, logits, jsd));
          parameter.value().set(r, j, kept);
          assertThat((double) parameter.gradient().get(r, j))
              .isCloseTo(0.3 * (above - below) / 2e-2, within(1e-3));
        }
      }
    }
  }

  private static double sum(double[] values) {
    return Arrays.stream(values).sum();
  }

  /** A critic's gradient, by the same check. */
  @ParameterizedTest
  @EnumSource(ForeignNetworks.class)
  void valuesGradientEqualsFiniteDifferences(ForeignNetworks kind) {
    TokenBatch batch =
        TokenBatch.of(List.of(new PromptCompletions(new int[] {2, 5}, List.of(new int[] {4, 7}))));
    try (NetworkValueModel critic = Policies.critic(kind.network(1, 1))) {
      critic.clearGradients();
      critic.forward(batch, Mode.TRAIN);
      critic.backward(new double[] {0.5, -2});
      Parameter parameter = critic.parameters().get(0);
      for (int k = 64; k < 76; k++) {
        int r = k / parameter.value().columns();
        int j = k % parameter.value().columns();
        float kept = parameter.value().get(r, j);
        parameter.value().set(r, j, kept + 1e-2f);
        double[] above = critic.forward(batch, Mode.EVALUATE);
        parameter.value().set(r, j, kept - 1e-2f);
        double[] below = critic.forward(batch, Mode.EVALUATE);
        parameter.value().set(r, j, kept);
        double expected = 0.5 * (above[0] - below[0]) - 2 * (above[1] - below[1]);
        assertThat((double) parameter.gradient().get(r, j))
            .isCloseTo(expected / 2e-2, within(1e-3));
      }
    }
    try (NetworkValueModel wide = Policies.critic(kind.network(1, 2))) {
      assertThatThrownBy(() -> wide.forward(batch, Mode.EVALUATE))
          .hasMessageContaining("expected [2, 1]: one output for each target");
    }
  }

  /** What was learnt is the user's: closing leaves it in the graph. */
  @Test
  void closingLeavesTheWeightsInTheGraph() {
    SameDiff graph = ForeignNetworks.graph(1, ForeignNetworks.VOCABULARY);
    LogitsPolicy policy = Policies.sameDiff(graph, "out", ForeignNetworks::inputs);
    assertThat(policy.parameters()).extracting(Parameter::name).contains("first", "second", "bias");
    policy.parameters().get(0).value().set(0, 0, 123);
    policy.close();
    assertThat(graph.getVariable(policy.parameters().get(0).name()).getArr().getFloat(0, 0))
        .isEqualTo(123);
    TokenBatch batch =
        TokenBatch.of(List.of(new PromptCompletions(new int[] {2}, List.of(new int[] {4}))));
    assertThatThrownBy(() -> policy.forward(batch, Mode.EVALUATE))
        .hasMessage("the policy has been closed");
    assertThatThrownBy(() -> Policies.sameDiff(graph, "logits", ForeignNetworks::inputs))
        .hasMessageContaining("the graph has no variable \"logits\"; it has [");
  }
}
