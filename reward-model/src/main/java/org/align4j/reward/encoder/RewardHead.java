package org.align4j.reward.encoder;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.align4j.core.run.AtomicFiles;
import org.align4j.policy.format.ModelFileException;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/**
 * A DL4J network over the token states of a prompt and of a completion, with one number out. A
 * {@link ConvolutionTower} reads each text; the factors of both are multiplied, so the same
 * completion can be good after one prompt and bad after another.
 *
 * <p>DL4J has no pairwise loss: {@link #forward} runs the network, the caller computes the loss,
 * and {@link #backward} hands its gradient back as an external error. Not thread-safe.
 */
public final class RewardHead implements AutoCloseable {
  private static final String PROMPT = "prompt";
  private static final String COMPLETION = "completion";
  private static final String REWARD = "reward";

  /** Components of what prompt and completion are multiplied by. */
  private static final int FACTORS = 16;

  private final ComputationGraph network;

  private RewardHead(ComputationGraph network) {
    this.network = network;
  }

  /**
   * How a new head is made and trained.
   *
   * @param dimension components of a token's state
   * @param filters filters of each width and text
   * @param dropout share of the states' components that a training step leaves out
   * @param learningRate of Adam; falls linearly to zero over the steps
   * @param steps training steps
   * @param weightDecay weight of the L2 penalty
   * @param seed of the initial weights
   */
  public record Shape(
      int dimension,
      int filters,
      double dropout,
      double learningRate,
      int steps,
      double weightDecay,
      long seed) {}

  /**
   * {@return a new head with random weights}
   *
   * @param shape sizes and optimizer settings
   */
  public static RewardHead create(Shape shape) {
    GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .seed(shape.seed())
            .weightInit(WeightInit.XAVIER)
            .updater(
                new Adam(
                    new PolySchedule(
                        ScheduleType.ITERATION, shape.learningRate(), 1, shape.steps())))
            .l2(shape.weightDecay())
            // DL4J's workspaces do not survive between a forward pass and an external error.
            .trainingWorkspaceMode(WorkspaceMode.NONE)
            .graphBuilder()
            .addInputs(PROMPT, COMPLETION);
    ConvolutionTower tower =
        new ConvolutionTower(shape.dimension(), shape.filters(), shape.dropout());
    for (String input : List.of(PROMPT, COMPLETION)) {
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
            PROMPT + "-factors",
            COMPLETION + "-factors")
        .addLayer(
            REWARD,
            new DenseLayer.Builder().nIn(FACTORS).nOut(1).activation(Activation.IDENTITY).build(),
            "products")
        .setOutputs(REWARD);
    ComputationGraph network = new ComputationGraph(graph.build());
    network.init();
    return new RewardHead(network);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param path that {@link #write} wrote
   * @return the head
   * @throws ModelFileException names the file and what is wrong
   */
  public static RewardHead read(Path path) {
    File file = path.toFile();
    if (!file.exists()) {
      throw new ModelFileException(file + ": no such file; expected a reward model's network");
    }
    try {
      return new RewardHead(ModelSerializer.restoreComputationGraph(file, false));
    } catch (IOException | RuntimeException e) {
      throw new ModelFileException(
          file + ": not a reward model's network: " + e.getMessage() + "; train it again", e);
    }
  }

  /**
   * Writes the network without the optimizer's state.
   *
   * @param file is replaced at once, when all is written
   * @throws IOException names the file that cannot be written
   */
  public void write(Path file) throws IOException {
    AtomicFiles.write(file, out -> ModelSerializer.writeModel(network, out, false));
  }

  /**
   * {@return one number for each prompt with its completion}
   *
   * @param prompts token states, {@code [token][component]}
   * @param completions in the prompts' order
   */
  public double[] scores(List<float[][]> prompts, List<float[][]> completions) {
    TokenStates prompt = TokenStates.of(prompts);
    TokenStates completion = TokenStates.of(completions);
    INDArray[] masks = {prompt.mask(), completion.mask()};
    INDArray[] inputs = {prompt.values(), completion.values()};
    INDArray[] output = network.output(false, inputs, masks);
    return output[0].toDoubleVector();
  }

  /**
   * The same for a training step, with dropout; {@link #backward} must follow.
   *
   * @param prompts token states of each prompt
   * @param completions token states of each completion
   * @return one number a pair of texts
   */
  public double[] forward(List<float[][]> prompts, List<float[][]> completions) {
    TokenStates prompt = TokenStates.of(prompts);
    TokenStates completion = TokenStates.of(completions);
    network.setLayerMaskArrays(new INDArray[] {prompt.mask(), completion.mask()}, null);
    return network
        .feedForward(new INDArray[] {prompt.values(), completion.values()}, true, false)
        .get(REWARD)
        .toDoubleVector();
  }

  /**
   * Updates the weights.
   *
   * @param gradient d loss / d number of each row of the last {@link #forward}; the loss is a mean
   *     over the batch already
   * @param iteration steps done before
   * @param epoch passes over the data done before
   */
  public void backward(double[] gradient, int iteration, int epoch) {
    float[] error = new float[gradient.length];
    for (int i = 0; i < error.length; i++) {
      error[i] = (float) gradient[i];
    }
    Gradient weights =
        network.backpropGradient(Nd4j.createFromArray(error).reshape('c', error.length, 1));
    // The error is already a mean over the batch, so the updater must not divide again.
    network.getUpdater().update(weights, iteration, epoch, 1, LayerWorkspaceMgr.noWorkspaces());
    network.params().subi(weights.gradient());
    network.clear();
    network.clearLayerMaskArrays();
  }

  @Override
  public void close() {
    network.close();
  }
}
