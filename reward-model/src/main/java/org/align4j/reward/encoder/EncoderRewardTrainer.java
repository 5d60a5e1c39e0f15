package org.align4j.reward.encoder;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.align4j.core.objective.BradleyTerryLoss;
import org.align4j.core.random.RandomStream;
import org.align4j.core.random.RandomStream.Purpose;
import org.align4j.core.run.Progress;
import org.align4j.reward.encoder.TokenEncoder.End;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/**
 * Trains the head by the Bradley-Terry loss, which DL4J does not have: the network is run forward,
 * the loss's gradient is handed back as an external error, DL4J's updater applies it.
 *
 * @param filters filters of each width and text
 * @param learningRate of Adam, falling to zero along a line
 * @param epochs passes over the pairs
 * @param batch pairs of a step
 * @param dropout share of the token states' components that a step leaves out
 * @param weightDecay L2 weight
 * @param loss pairwise loss
 * @param seed of initialisation and order
 */
public record EncoderRewardTrainer(
    int filters,
    double learningRate,
    int epochs,
    int batch,
    double dropout,
    double weightDecay,
    BradleyTerryLoss loss,
    long seed) {
  /** Components of what prompt and completion say to each other. */
  private static final int FACTORS = 16;

  /** Settings that suit a few thousand pairs. */
  public static EncoderRewardTrainer defaults(long seed) {
    return new EncoderRewardTrainer(128, 1e-3, 10, 32, 0.5, 1e-4, new BradleyTerryLoss(0.01), seed);
  }

  /** A pair of texts. */
  public record Pair(String prompt, String chosen, String rejected) {}

  /** Trains a new head. */
  public EncoderReward train(TokenEncoder encoder, List<Pair> pairs, Progress.Factory progress) {
    if (pairs.isEmpty()) {
      throw new IllegalArgumentException("there are no pairs to train on");
    }
    Encoded prompts = Encoded.of(encoder, pairs.stream().map(Pair::prompt).toList(), End.LAST);
    Encoded chosen = Encoded.of(encoder, pairs.stream().map(Pair::chosen).toList(), End.FIRST);
    Encoded rejected = Encoded.of(encoder, pairs.stream().map(Pair::rejected).toList(), End.FIRST);
    ComputationGraph head = network(encoder.dimension(), epochs * steps(pairs.size()));
    List<Integer> order = new ArrayList<>(IntStream.range(0, pairs.size()).boxed().toList());
    int iteration = 0;
    try (Progress bar = progress.start("reward head", (long) epochs * steps(pairs.size()))) {
      for (int epoch = 0; epoch < epochs; epoch++) {
        RandomStream.of(seed, Purpose.DATA_ORDER).at(epoch).shuffle(order);
        for (int from = 0; from < order.size(); from += batch) {
          List<Integer> rows = order.subList(from, Math.min(order.size(), from + batch));
          List<float[][]> asked = prompts.texts(rows);
          List<float[][]> answered = new ArrayList<>(chosen.texts(rows));
          answered.addAll(rejected.texts(rows));
          asked.addAll(List.copyOf(asked));
          double value = step(head, asked, answered, iteration++, epoch);
          bar.step(1);
          bar.note(String.format(Locale.ROOT, "loss %.4f", value));
        }
      }
    }
    return new EncoderReward(encoder, head);
  }

  private int steps(int pairs) {
    return (pairs + batch - 1) / batch;
  }

  /** Token states of texts, each different text encoded once. */
  private record Encoded(List<String> order, Map<String, float[][]> states) {
    static Encoded of(TokenEncoder encoder, List<String> texts, End end) {
      List<String> distinct = texts.stream().distinct().toList();
      List<float[][]> encoded = encoder.encode(distinct, end);
      Map<String, float[][]> states = new HashMap<>();
      for (int i = 0; i < distinct.size(); i++) {
        states.put(distinct.get(i), encoded.get(i));
      }
      return new Encoded(texts, states);
    }

    List<float[][]> texts(List<Integer> rows) {
      List<float[][]> out = new ArrayList<>();
      rows.forEach(row -> out.add(states.get(order.get(row))));
      return out;
    }
  }

  private ComputationGraph network(int dimension, int steps) {
    GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .seed(RandomStream.of(seed, Purpose.NETWORK).seed())
            .weightInit(WeightInit.XAVIER)
            .updater(new Adam(new PolySchedule(ScheduleType.ITERATION, learningRate, 1, steps)))
            .l2(weightDecay)
            // DL4J's workspaces do not survive between a forward pass and an external error.
            .trainingWorkspaceMode(WorkspaceMode.NONE)
            .graphBuilder()
            .addInputs(EncoderReward.PROMPT, EncoderReward.COMPLETION);
    ConvolutionTower tower = new ConvolutionTower(dimension, filters, dropout);
    for (String input : List.of(EncoderReward.PROMPT, EncoderReward.COMPLETION)) {
      graph.addLayer(
          input + "-factors",
          new DenseLayer.Builder()
              .nIn(tower.outputs())
              .nOut(FACTORS)
              .activation(Activation.TANH)
              .build(),
          tower.addTo(graph, input));
    }
    graph
        .addVertex(
            "products",
            new ElementWiseVertex(ElementWiseVertex.Op.Product),
            EncoderReward.PROMPT + "-factors",
            EncoderReward.COMPLETION + "-factors")
        .addLayer(
            "reward",
            new DenseLayer.Builder().nIn(FACTORS).nOut(1).activation(Activation.IDENTITY).build(),
            "products")
        .setOutputs("reward");
    ComputationGraph network = new ComputationGraph(graph.build());
    network.init();
    return network;
  }

  /** One update; prompts and completions hold the chosen half first. */
  private double step(
      ComputationGraph head,
      List<float[][]> prompts,
      List<float[][]> completions,
      int iteration,
      int epoch) {
    TokenStates prompt = TokenStates.of(prompts);
    TokenStates completion = TokenStates.of(completions);
    head.setLayerMaskArrays(new INDArray[] {prompt.mask(), completion.mask()}, null);
    INDArray scores =
        head.feedForward(new INDArray[] {prompt.values(), completion.values()}, true, false)
            .get("reward");
    double[] all = scores.toDoubleVector();
    int n = all.length / 2;
    BradleyTerryLoss.Value value =
        loss.evaluate(Arrays.copyOf(all, n), Arrays.copyOfRange(all, n, 2 * n), new double[n], n);
    float[] error = new float[2 * n];
    for (int i = 0; i < n; i++) {
      error[i] = (float) value.dChosen()[i];
      error[n + i] = (float) value.dRejected()[i];
    }
    Gradient gradient = head.backpropGradient(Nd4j.createFromArray(error).reshape('c', 2 * n, 1));
    // The error is already a mean over the batch, so the updater must not divide again.
    head.getUpdater().update(gradient, iteration, epoch, 1, LayerWorkspaceMgr.noWorkspaces());
    head.params().subi(gradient.gradient());
    head.clear();
    head.clearLayerMaskArrays();
    return value.loss();
  }
}
