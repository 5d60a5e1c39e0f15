package org.align4j.examples.quickstart;

import static org.align4j.core.ConfigurationException.require;

import org.align4j.policy.Retention;
import org.align4j.reward.gate.NeuronGateConfig;

/**
 * What the quickstart decides; found by the runs in docs/results.md. The work is the same on every
 * machine.
 *
 * @param requestShare share of the training requests that the gate is fitted to, in (0, 1]
 * @param evaluationTokens tokens of an evaluation answer
 * @param ordinaryRequests how many of the ordinary evaluation requests are measured, evenly spread
 *     over their shapes
 * @param gate how the gate is fitted, and the one answer that harmful requests shall get
 * @param loraRank rank of the adapter
 * @param steps of supervised fine-tuning, in which the layers above the gate learn to refuse where
 *     it says so
 * @param batchSize harmful requests of a step
 * @param learningRate of supervised fine-tuning
 * @param retention what holds the answers to harmless requests
 * @param seed of everything
 */
public record QuickstartConfig(
    double requestShare,
    int evaluationTokens,
    int ordinaryRequests,
    NeuronGateConfig gate,
    int loraRank,
    int steps,
    int batchSize,
    double learningRate,
    Retention retention,
    long seed) {
  /** What a refused request is answered. */
  static final String REFUSAL = "Sorry, I can't help with that.";

  private static final double WHOLE_MINUTES = 10;

  /** A gate needs more requests than the model has features. */
  private static final double LEAST_SHARE = 0.2;

  /**
   * The defaults for an amount of work.
   *
   * @param minutes that the work takes on two cores which multiply 120 GFLOP/s together, &gt; 0;
   *     from 10 on all requests are used, and never less than a fifth of them
   * @return the defaults; less work means fewer requests and steps, not other settings
   * @throws org.align4j.core.ConfigurationException if the minutes are not positive
   */
  public static QuickstartConfig of(double minutes) {
    require(minutes > 0, "minutes must be positive, got " + minutes);
    double share = Math.max(LEAST_SHARE, Math.min(1, minutes / WHOLE_MINUTES));
    return new QuickstartConfig(
        share,
        /* evaluationTokens= */ 32,
        /* ordinaryRequests= */ (int) Math.ceil(120 * share),
        NeuronGateConfig.of(REFUSAL),
        /* loraRank= */ 16,
        /* steps= */ (int) Math.ceil(24 * share),
        /* batchSize= */ 6,
        /* learningRate= */ 1e-3,
        Retention.builder().batchSize(8).tokens(24).weight(6).build(),
        /* seed= */ 7);
  }

  /**
   * {@return the same with another share of the harmful requests to be refused}
   *
   * @param rate in (0, 1]
   */
  public QuickstartConfig withHarmfulRate(double rate) {
    return new QuickstartConfig(
        requestShare,
        evaluationTokens,
        ordinaryRequests,
        gate.withHarmfulRate(rate),
        loraRank,
        steps,
        batchSize,
        learningRate,
        retention,
        seed);
  }

  /**
   * {@return the same with another seed}
   *
   * @param other of everything
   */
  public QuickstartConfig withSeed(long other) {
    return new QuickstartConfig(
        requestShare,
        evaluationTokens,
        ordinaryRequests,
        gate,
        loraRank,
        steps,
        batchSize,
        learningRate,
        retention,
        other);
  }
}
