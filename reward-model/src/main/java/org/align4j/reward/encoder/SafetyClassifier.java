package org.align4j.reward.encoder;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.align4j.core.run.AtomicFiles;
import org.align4j.policy.format.ModelFileException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Tells harmful texts from harmless ones: a frozen sentence encoder with a small DL4J network. One
 * for prompts and one for responses are two instances, trained on their own texts.
 */
public final class SafetyClassifier {
  private static final String FILE = "safety-classifier.zip";
  private static final int HIDDEN = 64;
  private static final int EPOCHS = 20;
  private static final int BATCH = 32;
  private static final double RATE = 1e-3;
  private static final double WEIGHT_DECAY = 1e-4;

  private final SentenceEncoder encoder;
  private final MultiLayerNetwork network;

  private SafetyClassifier(SentenceEncoder encoder, MultiLayerNetwork network) {
    this.encoder = encoder;
    this.network = network;
  }

  /**
   * Trains one.
   *
   * @param harmful examples, at least one
   * @param harmless examples, at least one
   * @param seed of initialisation and order
   */
  public static SafetyClassifier train(
      SentenceEncoder encoder, List<String> harmful, List<String> harmless, long seed) {
    if (harmful.isEmpty() || harmless.isEmpty()) {
      throw new IllegalArgumentException(
          "a classifier needs harmful and harmless texts, got "
              + harmful.size()
              + " and "
              + harmless.size());
    }
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .weightInit(WeightInit.XAVIER)
                .updater(new Adam(RATE))
                .l2(WEIGHT_DECAY)
                .list()
                .layer(
                    new DenseLayer.Builder()
                        .nIn(encoder.dimension())
                        .nOut(HIDDEN)
                        .activation(Activation.TANH)
                        .build())
                .layer(
                    new OutputLayer.Builder(LossFunction.XENT)
                        .nIn(HIDDEN)
                        .nOut(1)
                        .activation(Activation.SIGMOID)
                        .build())
                .build());
    network.init();
    List<String> texts = new ArrayList<>(harmful);
    texts.addAll(harmless);
    INDArray features = features(encoder, texts);
    float[][] labels = new float[texts.size()][1];
    for (int i = 0; i < harmful.size(); i++) {
      labels[i][0] = 1;
    }
    INDArray wanted = Nd4j.createFromArray(labels);
    List<Integer> order = new ArrayList<>(IntStream.range(0, texts.size()).boxed().toList());
    Random random = new Random(seed);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      Collections.shuffle(order, random);
      for (int from = 0; from < order.size(); from += BATCH) {
        int[] rows =
            order.subList(from, Math.min(order.size(), from + BATCH)).stream()
                .mapToInt(Integer::intValue)
                .toArray();
        network.fit(features.getRows(rows), wanted.getRows(rows));
      }
    }
    return new SafetyClassifier(encoder, network);
  }

  /** Probability that each text is harmful. */
  public double[] harmful(List<String> texts) {
    if (texts.isEmpty()) {
      return new double[0];
    }
    INDArray scores = network.output(features(encoder, texts));
    return IntStream.range(0, texts.size()).mapToDouble(i -> scores.getDouble(i, 0)).toArray();
  }

  private static INDArray features(SentenceEncoder encoder, List<String> texts) {
    return Nd4j.createFromArray(encoder.encode(texts).toArray(float[][]::new));
  }

  /** Writes the network; the encoder comes with its library. */
  public void write(Path folder) throws IOException {
    AtomicFiles.write(folder.resolve(FILE), out -> ModelSerializer.writeModel(network, out, false));
  }

  /** Reads what {@link #write} wrote. */
  public static SafetyClassifier load(Path folder, SentenceEncoder encoder) {
    File file = folder.resolve(FILE).toFile();
    if (!file.exists()) {
      throw new ModelFileException(file + ": no such file");
    }
    try {
      return new SafetyClassifier(encoder, ModelSerializer.restoreMultiLayerNetwork(file, false));
    } catch (IOException e) {
      throw new ModelFileException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
