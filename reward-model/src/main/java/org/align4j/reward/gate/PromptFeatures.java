package org.align4j.reward.gate;

import java.util.List;
import org.align4j.core.data.DataException;
import org.align4j.core.run.Progress;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.text.TokenBatch;

/**
 * What a gate reads of a prompt: the residual stream after a layer, as its mean over the tokens
 * from where the user's message begins to the end of the prompt, and at the last token. What every
 * prompt begins with, such as a system turn, is left out of the mean. Layers above do not run.
 */
final class PromptFeatures {
  private final PolicyModel model;
  private final int layer;
  private final int opening;

  /**
   * Reads a model's states as its {@link Mode#REFERENCE} has them: without an adapter that is
   * trained.
   *
   * @param layer layers that run
   */
  PromptFeatures(PolicyModel model, int layer) {
    this.model = model;
    this.layer = layer;
    opening = model.text().userTurnOpening().length;
  }

  /** Numbers of a prompt: twice the hidden size. */
  static int size(PolicyModel model) {
    return 2 * model.assets().config().hidden();
  }

  /**
   * The features of user messages, each as a prompt of its own.
   *
   * @return [messages][features]
   * @throws DataException if a prompt is longer than the model's positions
   */
  double[][] of(List<String> messages, Progress.Factory progress, String task) {
    PromptBatches prompts = PromptBatches.of(model, messages);
    DecoderTransformer network = model.transformer();
    Mode mode = network.hasReference() ? Mode.REFERENCE : Mode.EVALUATE;
    double[][] out = new double[messages.size()][];
    prompts.forEach(
        progress,
        task,
        (batch, part) -> {
          Tensor states = network.layerStates(mode).after(batch, layer);
          for (int i = 0; i < part.size(); i++) {
            out[part.get(i)] = features(states, batch, i, prompts.length(part.get(i)));
          }
        });
    return out;
  }

  private double[] features(Tensor states, TokenBatch batch, int sequence, int length) {
    int hidden = states.columns();
    int first = Math.min(opening, length - 1);
    double[] out = new double[2 * hidden];
    float[] row = new float[hidden];
    for (int token = first; token < length; token++) {
      states.readRow(batch.row(sequence, token), row, 0);
      for (int j = 0; j < hidden; j++) {
        out[j] += row[j] / (double) (length - first);
      }
    }
    // The last row read is the last token's.
    for (int j = 0; j < hidden; j++) {
      out[hidden + j] = row[j];
    }
    return out;
  }
}
