package org.align4j.policy.online;

import org.align4j.core.ConfigurationException;
import org.align4j.core.policygradient.KlController;
import org.align4j.core.policygradient.KlEstimator;
import org.align4j.core.policygradient.KlMeasure;
import org.align4j.core.run.Settings;

/**
 * The KL penalty of an online method, taken off the reward of each token or added to the loss.
 *
 * @param coefficient {@code kl_coef}, its weight, &ge; 0; where it starts if it is adaptive
 * @param target {@code kl_target}, KL of a completion in nats that the weight is moved towards; 0 =
 *     the weight is fixed
 * @param horizon {@code kl_horizon}, completions over which it moves
 * @param estimator {@code kl_estimator}; {@link KlMeasure#EXACT} sums over the vocabulary at every
 *     token
 * @param inLoss {@code kl_in}, whether it is a term of the loss
 */
public record KlPenalty(
    double coefficient, double target, double horizon, KlMeasure estimator, boolean inLoss) {
  private static final double HORIZON = 10_000;

  /**
   * Checks the options against each other.
   *
   * @param coefficient {@code kl_coef}, its weight, &ge; 0; where it starts if it is adaptive
   * @param target {@code kl_target}, KL of a completion in nats that the weight is moved towards; 0
   *     = the weight is fixed
   * @param horizon {@code kl_horizon}, completions over which it moves
   * @param estimator {@code kl_estimator}; {@link KlMeasure#EXACT} sums over the vocabulary at
   *     every token
   * @param inLoss {@code kl_in}, whether it is a term of the loss
   */
  public KlPenalty {
    controller(coefficient, target, horizon);
    if (inLoss && estimator == KlMeasure.EXACT) {
      throw new ConfigurationException(
          "kl_estimator exact is a penalty in the reward; with kl_in=loss name k1, k2 or k3");
    }
  }

  /**
   * {@return a fixed weight in the reward, by the k1 estimate}
   *
   * @param coefficient ≥ 0
   */
  public static KlPenalty inReward(double coefficient) {
    return new KlPenalty(coefficient, 0, HORIZON, KlEstimator.K1, false);
  }

  /**
   * {@return a fixed weight in the loss}
   *
   * @param coefficient ≥ 0
   * @param estimator of the value that is added
   */
  public static KlPenalty inLoss(double coefficient, KlEstimator estimator) {
    return new KlPenalty(coefficient, 0, HORIZON, estimator, true);
  }

  /**
   * {@return a weight in the reward that is moved so that the KL of a completion stays near a
   * target}
   *
   * @param coefficient where the weight starts, &gt; 0
   * @param target in nats a completion, &gt; 0
   */
  public static KlPenalty adaptive(double coefficient, double target) {
    return new KlPenalty(coefficient, target, HORIZON, KlEstimator.K1, false);
  }

  /** This penalty with the settings that are given; {@code kl_in} is not read. */
  KlPenalty with(Settings settings) {
    double value = settings.number("kl_coef", coefficient);
    Settings adaptive = settings.when(!inLoss, "with kl_in=reward");
    double aim = adaptive.number("kl_target", target);
    double over = adaptive.when(aim > 0, "with kl_target above 0").number("kl_horizon", horizon);
    KlMeasure measure = KlMeasure.parse(settings.text("kl_estimator", estimator.label()));
    return new KlPenalty(value, aim, over, measure, inLoss);
  }

  /** The same in the loss or in the reward. */
  KlPenalty in(boolean loss) {
    return new KlPenalty(coefficient, target, horizon, estimator, loss);
  }

  /** A new controller of the weight in the reward, which is 0 if the penalty is in the loss. */
  KlController controller() {
    return inLoss ? KlController.fixed(0) : controller(coefficient, target, horizon);
  }

  private static KlController controller(double coefficient, double target, double horizon) {
    return target > 0
        ? KlController.adaptive(coefficient, target, horizon)
        : KlController.fixed(coefficient);
  }
}
