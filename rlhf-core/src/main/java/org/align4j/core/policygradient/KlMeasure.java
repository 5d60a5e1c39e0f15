package org.align4j.core.policygradient;

/**
 * How the KL divergence to the reference is measured at a token: by a {@link KlEstimator} from the
 * token that was sampled, or as {@link #EXACT} sum over the vocabulary.
 */
public sealed interface KlMeasure permits KlEstimator, KlMeasure.Exact {

  /** The sum over the vocabulary; needs models whose whole next-token distribution can be seen. */
  KlMeasure EXACT = Exact.EXACT;

  /** The type of {@link #EXACT}. */
  enum Exact implements KlMeasure {
    /** The only one. */
    EXACT;

    @Override
    public String label() {
      return "exact";
    }
  }

  /** {@return its name in settings} */
  String label();

  /**
   * Accepts {@code exact} and the names of {@link KlEstimator#parse}.
   *
   * @param name in any case
   * @return the measure
   * @throws org.align4j.core.ConfigurationException if it is another name
   */
  static KlMeasure parse(String name) {
    return name.equals("exact") ? EXACT : KlEstimator.parse(name);
  }
}
