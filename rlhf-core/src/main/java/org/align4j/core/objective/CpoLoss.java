package org.align4j.core.objective;

import java.util.Locale;
import org.align4j.core.ConfigurationException;

/**
 * What {@link CpoObjective} makes of a pair's margin m, named as TRL's {@code loss_type} of CPO; ℓ
 * = -log σ.
 */
public enum CpoLoss {
  /** ℓ(βm) over summed log-probs. Xu et al. 2024 (arXiv 2401.08417), Eq. 3. */
  SIGMOID(false),
  /** max(0, 1 - βm) over summed log-probs. SLiC, Zhao et al. 2023 (arXiv 2305.10425). */
  HINGE(false),
  /** (m - 1/2β)² over mean log-probs. Azar et al. 2023 (arXiv 2310.12036), Eq. 17. */
  IPO(true),
  /** ℓ(βm - γ) over mean log-probs. SimPO, Meng et al. 2024 (arXiv 2405.14734), Eq. 6. */
  SIMPO(true);

  private final boolean averaged;

  CpoLoss(boolean averaged) {
    this.averaged = averaged;
  }

  /** {@return whether {@code label_smoothing} acts on it} */
  public boolean smoothsLabels() {
    return this == SIGMOID || this == SIMPO;
  }

  boolean averaged() {
    return averaged;
  }

  /**
   * Accepts TRL's spelling.
   *
   * @param name in any case
   * @return the loss
   */
  public static CpoLoss parse(String name) {
    try {
      return valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          "loss_type is \"" + name + "\"; expected sigmoid, hinge, ipo or simpo", e);
    }
  }
}
