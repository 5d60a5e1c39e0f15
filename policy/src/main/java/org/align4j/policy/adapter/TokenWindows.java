package org.align4j.policy.adapter;

import org.align4j.policy.backend.AttentionSpan;
import org.align4j.policy.text.TokenBatch;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The tokens that stand before each target of a batch: what a network that knows no attention
 * structure is given as its input.
 */
public final class TokenWindows {
  private TokenWindows() {}

  /**
   * {@return for each target all tokens before it, from the sequence's first; each has at least
   * one}
   *
   * @param batch prompts with completions
   */
  public static int[][] contexts(TokenBatch batch) {
    int[][] out = new int[batch.targets().length][];
    for (int t = 0; t < out.length; t++) {
      int row = batch.headRows()[t];
      AttentionSpan span = span(batch, row);
      int within = row - span.queryStart();
      int[] context = new int[span.position(within) + 1];
      for (int i = 0; i < context.length; i++) {
        context[i] = batch.ids()[span.keyRow(i)];
      }
      out[t] = context;
    }
    return out;
  }

  /**
   * {@return the last {@code width} tokens before each target, {@code [target][place]}; what is
   * missing at the start is −1}
   *
   * @param batch prompts with completions
   * @param width tokens of a window, ≥ 1
   */
  public static int[][] last(TokenBatch batch, int width) {
    int[][] contexts = contexts(batch);
    int[][] out = new int[contexts.length][width];
    for (int t = 0; t < out.length; t++) {
      for (int i = 0; i < width; i++) {
        int at = contexts[t].length - width + i;
        out[t][i] = at < 0 ? -1 : contexts[t][at];
      }
    }
    return out;
  }

  /**
   * The last {@code width} tokens before each target as one-hot vectors, one behind another; zeros
   * where a token is missing.
   *
   * @param batch prompts with completions
   * @param width tokens of a window, ≥ 1
   * @param vocabulary components of a one-hot vector
   * @return [targets, width · vocabulary], float32
   * @throws IllegalArgumentException if a token is outside the vocabulary
   */
  public static INDArray oneHot(TokenBatch batch, int width, int vocabulary) {
    int[][] windows = last(batch, width);
    INDArray out = Nd4j.zeros(DataType.FLOAT, windows.length, (long) width * vocabulary);
    for (int t = 0; t < windows.length; t++) {
      for (int i = 0; i < width; i++) {
        int token = windows[t][i];
        if (token >= vocabulary) {
          throw new IllegalArgumentException(
              "token id " + token + " is outside the vocabulary of " + vocabulary);
        }
        if (token >= 0) {
          out.putScalar(t, (long) i * vocabulary + token, 1);
        }
      }
    }
    return out;
  }

  private static AttentionSpan span(TokenBatch batch, int row) {
    for (AttentionSpan span : batch.spans()) {
      if (row >= span.queryStart() && row < span.queryStart() + span.length()) {
        return span;
      }
    }
    throw new IllegalArgumentException("row " + row + " belongs to no sequence");
  }
}
