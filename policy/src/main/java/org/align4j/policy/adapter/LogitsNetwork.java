package org.align4j.policy.adapter;

import java.util.List;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.text.TokenBatch;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network that says what the next token could be. Its inputs are its own affair: a batch tells
 * the tokens before each target ({@link Contexts}).
 */
public interface LogitsNetwork {

  /**
   * Logits for every target of the batch.
   *
   * @param train whether {@link #backward} follows; dropout is on then
   * @return [targets, vocabulary], float32
   */
  INDArray logits(TokenBatch batch, boolean train);

  /**
   * Adds to the parameters' gradients.
   *
   * @param dLogits d loss / d logits of the last training pass
   */
  void backward(INDArray dLogits);

  /** What is trained, in a fixed order. */
  List<Parameter> parameters();
}
