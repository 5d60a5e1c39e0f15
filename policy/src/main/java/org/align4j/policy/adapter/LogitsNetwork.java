package org.align4j.policy.adapter;

import java.util.List;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.text.TokenBatch;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network of another library that gives a row of numbers for every target of a batch: next-token
 * logits for a policy ({@link LogitsPolicy}), one value for a critic ({@link NetworkValueModel}).
 * It makes its own input from the tokens before each target ({@link TokenWindows}); it must not
 * look at the targets, which are placeholders while completions are drawn.
 *
 * <p>Closing frees what the adapter has allocated, not the network, which keeps what it has learnt.
 */
public interface LogitsNetwork extends AutoCloseable {

  /**
   * Outputs for every target of the batch.
   *
   * @param batch prompts with completions
   * @param train whether {@link #backward} follows; dropout is on then
   * @return [targets, vocabulary], or [targets, 1] of a critic, float32
   */
  INDArray logits(TokenBatch batch, boolean train);

  /**
   * Adds to the parameters' gradients.
   *
   * @param dLogits d loss / d outputs of the last training pass, of their shape
   */
  void backward(INDArray dLogits);

  /** {@return what is trained, in a fixed order} */
  List<Parameter> parameters();

  @Override
  default void close() {}
}
