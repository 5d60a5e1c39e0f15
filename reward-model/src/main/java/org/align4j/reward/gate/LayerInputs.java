package org.align4j.reward.gate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.align4j.core.run.Progress;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.LayerStates;
import org.align4j.policy.text.TokenBatch;

/**
 * What a layer reads of prompts, at every token, so that the model can be run again from there
 * after an edit of that layer. It takes four bytes a token and hidden unit.
 */
final class LayerInputs implements AutoCloseable {

  /**
   * A batch of prompts.
   *
   * @param messages the places of its sequences among all
   * @param lengths tokens of each sequence
   * @param input residual stream, [rows of the batch, hidden]
   */
  record Part(TokenBatch batch, List<Integer> messages, int[] lengths, Tensor input) {}

  /**
   * What the layer reads of one prompt.
   *
   * @param part that holds it
   * @param sequence its place there
   */
  record Prompt(Part part, int sequence) {

    int tokens() {
      return part.lengths()[sequence];
    }

    /** The residual stream at a token. */
    void read(int token, float[] target) {
      part.input().readRow(part.batch().row(sequence, token), target, 0);
    }

    /** The residual stream at the last token. */
    double[] end() {
      return part.input().doubleRow(part.batch().row(sequence, tokens() - 1));
    }
  }

  private final PolicyModel model;
  private final PromptBatches prompts;
  private final int layer;
  private final List<Part> parts;
  private final double[][] ends;

  private LayerInputs(
      PolicyModel model, PromptBatches prompts, int layer, List<Part> parts, double[][] ends) {
    this.model = model;
    this.prompts = prompts;
    this.layer = layer;
    this.parts = parts;
    this.ends = ends;
  }

  /**
   * Runs the model up to a layer, without its adapter.
   *
   * @param messages of users, each as a prompt of its own
   * @param layer from 0
   */
  static LayerInputs read(
      PolicyModel model, List<String> messages, int layer, Progress.Factory progress) {
    PromptBatches prompts = PromptBatches.of(model, messages);
    List<Part> parts = new ArrayList<>();
    EndCollector collector = new EndCollector(prompts, 1);
    LayerStates layers = model.transformer().layerStates(Mode.REFERENCE);
    prompts.forEach(
        progress,
        "read requests",
        (batch, part) -> {
          LayerStates.Reading read = layers.reading(batch, layer, 1);
          parts.add(new Part(batch, part, prompts.lengths(part), read.input()));
          collector.add(batch, part, read.feedForward());
        });
    return new LayerInputs(model, prompts, layer, parts, collector.states().get(0).last());
  }

  /** Copies what belongs to some of the messages. */
  LayerInputs subset(int[] messages) {
    List<Prompt> all = prompts();
    PromptBatches some =
        new PromptBatches(Arrays.stream(messages).mapToObj(prompts.prompts()::get).toList());
    List<Part> copies = new ArrayList<>();
    some.forEach(
        Progress.SILENT,
        "copy",
        (batch, part) -> {
          Tensor input = Tensor.zeros(batch.ids().length, ends[0].length);
          float[] row = new float[ends[0].length];
          for (int i = 0; i < part.size(); i++) {
            Prompt source = all.get(messages[part.get(i)]);
            for (int token = 0; token < source.tokens(); token++) {
              source.read(token, row);
              input.writeRow(batch.row(i, token), row, 0);
            }
          }
          copies.add(new Part(batch, part, some.lengths(part), input));
        });
    double[][] last = Arrays.stream(messages).mapToObj(i -> ends[i]).toArray(double[][]::new);
    return new LayerInputs(model, some, layer, copies, last);
  }

  List<Part> parts() {
    return parts;
  }

  /** In the messages' order. */
  List<Prompt> prompts() {
    Prompt[] out = new Prompt[prompts.prompts().size()];
    for (Part part : parts) {
      for (int i = 0; i < part.messages().size(); i++) {
        out[part.messages().get(i)] = new Prompt(part, i);
      }
    }
    return List.of(out);
  }

  /** What the layer's feed-forward block reads where the prompts end, [messages][hidden]. */
  double[][] ends() {
    return ends;
  }

  /** The mean norm of the residual stream that the layer reads where prompts end. */
  double residualNorm() {
    return prompts().stream()
        .mapToDouble(prompt -> Vectors.norm(prompt.end()))
        .average()
        .orElseThrow();
  }

  /** The same after some layers, without the adapter. */
  double residualNormAfter(int layers) {
    LayerStates states = model.transformer().layerStates(Mode.REFERENCE);
    double sum = 0;
    for (Part part : parts) {
      Tensor after = states.after(part.batch(), part.input(), layer, layers);
      for (int i = 0; i < part.messages().size(); i++) {
        sum += Vectors.norm(after.doubleRow(part.batch().row(i, part.lengths()[i] - 1)));
      }
    }
    return sum / ends.length;
  }

  /** What the feed-forward blocks of the layer and the next ones read with the adapter. */
  List<EndStates> edited(int layers, Progress.Factory progress, String task) {
    EndCollector collector = new EndCollector(prompts, layers);
    LayerStates states = model.transformer().layerStates(Mode.EVALUATE);
    try (Progress bar = progress.start(task, prompts.prompts().size())) {
      for (Part part : parts) {
        collector.add(
            part.batch(),
            part.messages(),
            states.feedForwardInputs(part.batch(), part.input(), layer, layers));
        bar.step(part.messages().size());
      }
    }
    return collector.states();
  }

  @Override
  public void close() {
    parts.forEach(part -> part.input().close());
  }
}
