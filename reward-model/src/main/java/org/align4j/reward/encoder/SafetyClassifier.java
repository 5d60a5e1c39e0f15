package org.align4j.reward.encoder;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.align4j.core.data.DataException;
import org.align4j.core.random.RandomStream;
import org.align4j.core.random.RandomStream.Purpose;
import org.align4j.core.run.AtomicFiles;
import org.align4j.policy.format.ModelFileException;
import org.align4j.reward.encoder.TokenEncoder.End;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Tells harmful texts from harmless ones by a frozen encoder with a small DL4J network. Prompts and
 * responses need a classifier each, trained on their own texts.
 */
public final class SafetyClassifier implements AutoCloseable {
  private static final String FILE = "safety-classifier.zip";
  private static final String TEXT = "text";
  private static final int FILTERS = 64;
  private static final double DROPOUT = 0.5;
  private static final int EPOCHS = 8;
  private static final int BATCH = 32;
  private static final double RATE = 1e-3;
  private static final double WEIGHT_DECAY = 1e-4;

  private final TokenEncoder encoder;
  private final ComputationGraph network;

  private SafetyClassifier(TokenEncoder encoder, ComputationGraph network) {
    this.encoder = encoder;
    this.network = network;
  }

  /**
   * Trains one.
   *
   * @param encoder stays open while the classifier is in use
   * @param harmful examples, at least one
   * @param harmless examples, at least one
   * @param seed of initialisation and order
   * @return the classifier; the caller closes it
   */
  public static SafetyClassifier train(
      TokenEncoder encoder, List<String> harmful, List<String> harmless, long seed) {
    if (harmful.isEmpty() || harmless.isEmpty()) {
      throw new DataException(
          "a classifier needs harmful and harmless texts, got "
              + harmful.size()
              + " and "
              + harmless.size());
    }
    ComputationGraph network = network(encoder.dimension(), seed);
    List<String> texts = new ArrayList<>(harmful);
    texts.addAll(harmless);
    List<float[][]> states = encoder.encode(texts, End.LAST);
    List<Integer> order = new ArrayList<>(IntStream.range(0, texts.size()).boxed().toList());
    // Few texts need more passes until the network has seen enough of them.
    int epochs = Math.max(EPOCHS, EPOCHS * BATCH / texts.size());
    for (int epoch = 0; epoch < epochs; epoch++) {
      RandomStream.of(seed, Purpose.DATA_ORDER).at(epoch).shuffle(order);
      for (int from = 0; from < order.size(); from += BATCH) {
        List<Integer> rows = order.subList(from, Math.min(order.size(), from + BATCH));
        TokenStates input = TokenStates.of(rows.stream().map(states::get).toList());
        float[] labels = new float[rows.size()];
        for (int i = 0; i < labels.length; i++) {
          labels[i] = rows.get(i) < harmful.size() ? 1 : 0;
        }
        network.fit(
            new INDArray[] {input.values()},
            new INDArray[] {Nd4j.createFromArray(labels).reshape('c', labels.length, 1)},
            new INDArray[] {input.mask()},
            null);
      }
    }
    return new SafetyClassifier(encoder, network);
  }

  private static ComputationGraph network(int dimension, long seed) {
    GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .seed(RandomStream.of(seed, Purpose.NETWORK).seed())
            .weightInit(WeightInit.XAVIER)
            .updater(new Adam(RATE))
            .l2(WEIGHT_DECAY)
            .graphBuilder()
            .addInputs(TEXT);
    ConvolutionTower tower = new ConvolutionTower(dimension, FILTERS, DROPOUT);
    graph
        .addLayer(
            "harmful",
            new OutputLayer.Builder(LossFunction.XENT)
                .nIn(tower.outputs())
                .nOut(1)
                .activation(Activation.SIGMOID)
                .build(),
            tower.addTo(graph, TEXT))
        .setOutputs("harmful");
    ComputationGraph network = new ComputationGraph(graph.build());
    network.init();
    return network;
  }

  /**
   * {@return probability that each text is harmful}
   *
   * @param texts of the kind that it was trained on
   */
  public double[] harmful(List<String> texts) {
    double[] out = new double[texts.size()];
    for (int from = 0; from < out.length; from += BATCH) {
      List<String> some = texts.subList(from, Math.min(out.length, from + BATCH));
      TokenStates input = TokenStates.of(encoder.encode(some, End.LAST));
      INDArray[] scores =
          network.output(false, new INDArray[] {input.values()}, new INDArray[] {input.mask()});
      System.arraycopy(scores[0].toDoubleVector(), 0, out, from, some.size());
    }
    return out;
  }

  /**
   * Writes the network; the encoder comes with its library.
   *
   * @param folder is made if it is not there
   * @throws IOException names the file that cannot be written
   */
  public void write(Path folder) throws IOException {
    AtomicFiles.write(folder.resolve(FILE), out -> ModelSerializer.writeModel(network, out, false));
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param folder that {@link #write} wrote to
   * @param encoder that it was trained on; stays open while the classifier is in use
   * @return the classifier; the caller closes it
   */
  public static SafetyClassifier load(Path folder, TokenEncoder encoder) {
    File file = folder.resolve(FILE).toFile();
    if (!file.exists()) {
      throw new ModelFileException(file + ": no such file");
    }
    try {
      return new SafetyClassifier(encoder, ModelSerializer.restoreComputationGraph(file, false));
    } catch (IOException e) {
      throw new ModelFileException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** Closes the network; the encoder is closed by whoever made it. */
  @Override
  public void close() {
    network.close();
  }
}
