package org.align4j.core.objective;

import java.util.Locale;
import org.align4j.core.ConfigurationException;
import org.align4j.core.objective.UnpairedObjective.ReferencePoint;

/**
 * Losses of a single completion with reward r and reference point z, named as TRL's {@code
 * loss_type} of KTO and BCO; ℓ = -log σ.
 */
public enum KtoLoss {
  /**
   * 1 - σ(r - z) if good, 1 - σ(z - r) if bad. Ethayarajh et al. 2024 (arXiv 2402.01306), Eq. 7.
   */
  KTO(ReferencePoint.MISMATCHED_KL),
  /** The same with z = 0. D'Oosterlinck et al. 2024 (arXiv 2408.06266), Eq. 7, unpaired. */
  APO_ZERO_UNPAIRED(ReferencePoint.NONE),
  /** ℓ(r - z) if good, ℓ(z - r) if bad, z = running mean. Jung et al. 2024 (arXiv 2404.04656). */
  BCO(ReferencePoint.RUNNING_MEAN);

  private final ReferencePoint referencePoint;

  KtoLoss(ReferencePoint referencePoint) {
    this.referencePoint = referencePoint;
  }

  ReferencePoint referencePoint() {
    return referencePoint;
  }

  /**
   * Accepts TRL's spelling.
   *
   * @param name in any case
   * @return the loss
   */
  public static KtoLoss parse(String name) {
    try {
      return valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          "loss_type is \"" + name + "\"; expected kto, apo_zero_unpaired or bco", e);
    }
  }

  /** Loss of x = ±(r - z), positive where the completion is what it should be. */
  double value(double x) {
    return this == BCO ? -Logistic.logSigmoid(x) : Logistic.sigmoid(-x);
  }

  /** d value / d x. */
  double slope(double x) {
    return this == BCO ? -Logistic.sigmoid(-x) : -Logistic.sigmoid(x) * Logistic.sigmoid(-x);
  }
}
