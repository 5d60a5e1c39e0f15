package org.align4j.policy.backend;

/**
 * One step of AdamW with decoupled decay (Loshchilov and Hutter 2019, arXiv 1711.05101, algorithm
 * 2).
 *
 * @param learningRate the step's learning rate
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the corrected second moment
 * @param weightDecay decoupled decay, multiplied by the learning rate
 * @param step number of this step, from 1, for bias correction
 */
public record AdamStep(
    double learningRate,
    double beta1,
    double beta2,
    double epsilon,
    double weightDecay,
    long step) {

  /** {@return learningRate / (1 - beta1^step)} */
  public float correctedRate() {
    return (float) (learningRate / (1 - Math.pow(beta1, (double) step)));
  }

  /** {@return 1 / sqrt(1 - beta2^step)} */
  public float inverseRootCorrection() {
    return (float) (1 / Math.sqrt(1 - Math.pow(beta2, (double) step)));
  }
}
