package org.align4j.reward.encoder;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.align4j.core.objective.BradleyTerryLoss;
import org.align4j.core.run.Progress;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/**
 * Trains the head by the Bradley-Terry loss, which DL4J does not have: the network is run forward,
 * the loss's gradient is handed back as an external error, DL4J's updater applies it.
 *
 * @param hidden width of the hidden layer
 * @param learningRate of Adam
 * @param epochs passes over the pairs
 * @param batch pairs of a step
 * @param dropout share of the hidden layer that a step leaves out
 * @param weightDecay L2 weight
 * @param loss pairwise loss
 * @param seed of initialisation and order
 */
public record EncoderRewardTrainer(
    int hidden,
    double learningRate,
    int epochs,
    int batch,
    double dropout,
    double weightDecay,
    BradleyTerryLoss loss,
    long seed) {

  /** Settings that suit a few thousand pairs. */
  public static EncoderRewardTrainer defaults(long seed) {
    return new EncoderRewardTrainer(256, 1e-3, 12, 32, 0.2, 1e-4, new BradleyTerryLoss(0.01), seed);
  }

  /** A pair of texts. */
  public record Pair(String prompt, String chosen, String rejected) {}

  /** Trains a new head. */
  public EncoderReward train(SentenceEncoder encoder, List<Pair> pairs, Progress.Factory progress) {
    if (pairs.isEmpty()) {
      throw new IllegalArgumentException("there are no pairs to train on");
    }
    PairFeatures features = new PairFeatures(encoder);
    List<String> prompts = pairs.stream().map(Pair::prompt).toList();
    INDArray chosen = features.of(prompts, pairs.stream().map(Pair::chosen).toList());
    INDArray rejected = features.of(prompts, pairs.stream().map(Pair::rejected).toList());
    MultiLayerNetwork head = network(features.size());
    List<Integer> order = new ArrayList<>(IntStream.range(0, pairs.size()).boxed().toList());
    Random random = new Random(seed);
    int iteration = 0;
    try (Progress bar = progress.start("reward head", epochs)) {
      for (int epoch = 0; epoch < epochs; epoch++) {
        Collections.shuffle(order, random);
        double sum = 0;
        for (int from = 0; from < order.size(); from += batch) {
          int[] rows =
              order.subList(from, Math.min(order.size(), from + batch)).stream()
                  .mapToInt(Integer::intValue)
                  .toArray();
          sum += step(head, chosen, rejected, rows, iteration++, epoch) * rows.length;
        }
        bar.step(1);
        bar.note(String.format(java.util.Locale.ROOT, "loss %.4f", sum / order.size()));
      }
    }
    return new EncoderReward(features, head);
  }

  private MultiLayerNetwork network(int inputs) {
    MultiLayerConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .weightInit(WeightInit.XAVIER)
            .updater(new Adam(learningRate))
            .l2(weightDecay)
            .list()
            .layer(
                new DenseLayer.Builder()
                    .nIn(inputs)
                    .nOut(hidden)
                    .activation(Activation.TANH)
                    .build())
            .layer(
                new DenseLayer.Builder()
                    .nIn(hidden)
                    .nOut(1)
                    .activation(Activation.IDENTITY)
                    // DL4J's dropOut is the share of inputs that is kept.
                    .dropOut(1 - dropout)
                    .build())
            .build();
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    return network;
  }

  private double step(
      MultiLayerNetwork head,
      INDArray chosen,
      INDArray rejected,
      int[] rows,
      int iteration,
      int epoch) {
    INDArray input = Nd4j.vstack(chosen.getRows(rows), rejected.getRows(rows));
    head.setInput(input);
    List<INDArray> activations = head.feedForward(true, false);
    INDArray scores = activations.get(activations.size() - 1);
    int n = rows.length;
    double[] wanted = IntStream.range(0, n).mapToDouble(i -> scores.getDouble(i, 0)).toArray();
    double[] unwanted =
        IntStream.range(n, 2 * n).mapToDouble(i -> scores.getDouble(i, 0)).toArray();
    BradleyTerryLoss.Value value = loss.evaluate(wanted, unwanted, new double[n], n);
    float[][] error = new float[2 * n][1];
    for (int i = 0; i < n; i++) {
      error[i][0] = (float) value.dChosen()[i];
      error[n + i][0] = (float) value.dRejected()[i];
    }
    Gradient gradient =
        head.backpropGradient(Nd4j.createFromArray(error), LayerWorkspaceMgr.noWorkspaces())
            .getFirst();
    // The error is already a mean over the batch, so the updater must not divide again.
    head.getUpdater().update(head, gradient, iteration, epoch, 1, LayerWorkspaceMgr.noWorkspaces());
    head.params().subi(gradient.gradient());
    head.clear();
    return value.loss();
  }
}
