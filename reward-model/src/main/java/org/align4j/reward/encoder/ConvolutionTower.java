package org.align4j.reward.encoder;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.nd4j.linalg.activations.Activation;

/**
 * Convolutions over a text's token states and the strongest answer of each filter (Kim 2014, arXiv
 * 1408.5882): single words and word triples. A sentence's mean state tells harm from its
 * look-alikes less well ("kill a process").
 *
 * @param inputs components of a token's state
 * @param filters filters of each width
 * @param dropout share of the inputs that a training step leaves out
 */
record ConvolutionTower(int inputs, int filters, double dropout) {
  private static final int[] WIDTHS = {1, 3};

  /** Components of the result. */
  int outputs() {
    return WIDTHS.length * filters;
  }

  /** Adds the tower to a graph and returns the vertex of its result, [texts, outputs]. */
  String addTo(GraphBuilder graph, String input) {
    String[] convolutions = new String[WIDTHS.length];
    for (int i = 0; i < WIDTHS.length; i++) {
      convolutions[i] = input + "-width" + WIDTHS[i];
      graph.addLayer(
          convolutions[i],
          new Convolution1DLayer.Builder(WIDTHS[i])
              .convolutionMode(ConvolutionMode.Same)
              .nIn(inputs)
              .nOut(filters)
              .activation(Activation.RELU)
              // DL4J's dropOut is the share of inputs that is kept.
              .dropOut(1 - dropout)
              .build(),
          input);
    }
    graph.addVertex(input + "-merged", new MergeVertex(), convolutions);
    graph.addLayer(input + "-pooled", new GlobalPoolingLayer(PoolingType.MAX), input + "-merged");
    return input + "-pooled";
  }
}
