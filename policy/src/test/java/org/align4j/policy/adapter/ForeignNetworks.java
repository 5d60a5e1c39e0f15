package org.align4j.policy.adapter;

import java.util.List;
import java.util.Map;
import org.align4j.policy.text.TokenBatch;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.rng.Random;
import org.nd4j.linalg.factory.Nd4j;

/** Small networks of other libraries that read the last token: one hidden layer of 16. */
enum ForeignNetworks {
  DL4J {
    @Override
    LogitsNetwork network(long seed, int outputs) {
      MultiLayerNetwork network =
          new MultiLayerNetwork(
              new NeuralNetConfiguration.Builder()
                  .seed(seed)
                  .list()
                  .layer(dense(VOCABULARY, HIDDEN, Activation.TANH))
                  .layer(dense(HIDDEN, outputs, Activation.IDENTITY))
                  .build());
      network.init();
      return Dl4jNetwork.of(network, batch -> TokenWindows.oneHot(batch, 1, VOCABULARY));
    }
  },
  SAME_DIFF {
    @Override
    LogitsNetwork network(long seed, int outputs) {
      return new SameDiffNetwork(
          graph(seed, outputs), "out", List.of("first", "second", "bias"), ForeignNetworks::inputs);
    }
  };

  static final int VOCABULARY = 8;
  private static final int HIDDEN = 16;

  /** A network of its own weights for each seed. */
  abstract LogitsNetwork network(long seed, int outputs);

  /** A policy of its own weights for each seed. */
  LogitsPolicy policy(long seed) {
    return Policies.logits(network(seed, VOCABULARY));
  }

  static Map<String, INDArray> inputs(TokenBatch batch) {
    return Map.of("in", TokenWindows.oneHot(batch, 1, VOCABULARY));
  }

  static SameDiff graph(long seed, int outputs) {
    Random random = Nd4j.getRandomFactory().getNewRandomInstance(seed);
    SameDiff graph = SameDiff.create();
    SDVariable in = graph.placeHolder("in", DataType.FLOAT, -1, VOCABULARY);
    SDVariable first = graph.var("first", gaussian(random, VOCABULARY, HIDDEN));
    SDVariable second = graph.var("second", gaussian(random, HIDDEN, outputs));
    SDVariable bias = graph.var("bias", Nd4j.zeros(DataType.FLOAT, outputs));
    graph.math().tanh(in.mmul(first)).mmul(second).add("out", bias);
    return graph;
  }

  private static INDArray gaussian(Random random, int rows, int columns) {
    return Nd4j.randn(0, 0.3, new long[] {rows, columns}, random).castTo(DataType.FLOAT);
  }

  private static DenseLayer dense(int in, int out, Activation activation) {
    return new DenseLayer.Builder().nIn(in).nOut(out).activation(activation).build();
  }
}
