package org.align4j.policy.edit;

import static org.align4j.core.ConfigurationException.require;

import java.util.List;

/**
 * An attention head that reads numbers off all tokens. At token n it weighs the tokens t up to n by
 * the softmax of (query · x_n)(key · x_t), where x is the attention's normalised input, and adds
 * Σ_j (Σ_t weight_t (value_j · x_t)) output_j to the residual stream.
 *
 * @param query one weight an input
 * @param key one weight an input
 * @param values one weight an input each
 * @param outputs what each value is written along, as long as the residual stream is wide
 */
public record PoolingHead(
    double[] query, double[] key, List<double[]> values, List<double[]> outputs) {

  /**
   * Keeps copies of the lists.
   *
   * @param query one weight an input
   * @param key one weight an input
   * @param values one weight an input each
   * @param outputs what each value is written along, as long as the residual stream is wide
   * @throws org.align4j.core.ConfigurationException if there is not one output for each value
   */
  public PoolingHead {
    values = List.copyOf(values);
    outputs = List.copyOf(outputs);
    require(
        values.size() == outputs.size(),
        "a head has %d values, but %d outputs".formatted(values.size(), outputs.size()));
  }
}
