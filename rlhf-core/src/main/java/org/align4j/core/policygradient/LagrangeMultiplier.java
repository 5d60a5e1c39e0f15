package org.align4j.core.policygradient;

import java.util.Arrays;

/**
 * The price λ of a cost whose mean is to stay at or below a target. After each round
 *
 * <pre>{@code
 * ν ← clip(ν + rate · (mean - target), 0, maximum)
 * λ = clip(ν + gain · (mean - target), 0, maximum)
 * }</pre>
 *
 * <p>With gain 0 this is dual ascent: a step up the gradient in λ of the Lagrangian E[reward] - λ ·
 * (E[cost] - target), whose maximum over the policy the training seeks (Ray et al. 2019,
 * "Benchmarking safe exploration in deep reinforcement learning"; Dai et al. 2023, arXiv
 * 2310.12773). Reward and cost are linear in the policy's probabilities, so dual ascent alone
 * swings: a little below the right λ every such prompt is refused in the end, a little above it
 * none. The gain, the proportional term of Stooke et al. 2020 (arXiv 2007.03964), answers an excess
 * in the round after it and damps that.
 *
 * <p>A round may have few completions that the cost is of. The mean is therefore an exponential one
 * over completions: what was known counts (1 - 1/window)^n times as much once n new ones are known.
 * Sum and count decay alike, so that the first rounds are not drawn to 0. A round without any
 * leaves λ as it is.
 */
public final class LagrangeMultiplier {
  private final double target;
  private final DualAscent ascent;
  private State state;

  /**
   * What changes from round to round.
   *
   * @param value λ
   * @param integral ν
   * @param sum of the costs, decayed
   * @param count of the completions, decayed
   */
  public record State(double value, double integral, double sum, double count) {}

  /**
   * Starts at the ascent's initial value.
   *
   * @param target of the cost's mean
   * @param ascent how λ moves
   */
  public LagrangeMultiplier(double target, DualAscent ascent) {
    this.target = target;
    this.ascent = ascent;
    state = new State(ascent.initial(), ascent.initial(), 0, 0);
  }

  /** {@return λ now, in [0, maximum]} */
  public double value() {
    return state.value();
  }

  /**
   * Moves λ.
   *
   * @param costs of a round's completions; none leave λ as it is
   */
  public void update(double[] costs) {
    if (costs.length == 0) {
      return;
    }
    double kept = Math.pow(1 - 1 / ascent.window(), costs.length);
    double sum = kept * state.sum() + Arrays.stream(costs).sum();
    double count = kept * state.count() + costs.length;
    double excess = sum / count - target;
    double integral = clip(state.integral() + ascent.rate() * excess);
    state = new State(clip(integral + ascent.gain() * excess), integral, sum, count);
  }

  private double clip(double value) {
    return Math.max(0, Math.min(ascent.maximum(), value));
  }

  /** {@return what {@link #restore} goes on from} */
  public State state() {
    return state;
  }

  /**
   * Goes on from a checkpoint.
   *
   * @param saved what {@link #state} gave
   */
  public void restore(State saved) {
    state = saved;
  }
}
