package org.align4j.policy.model;

/** Which adapter takes part in a pass. */
enum AdapterUse {
  /** None: the base alone. */
  NONE,
  /** The one that is trained. */
  TRAINED,
  /** The frozen copy of the one that training started from; none where it started from nothing. */
  REFERENCE;

  /**
   * What takes part in a pass over a batch.
   *
   * @param adapted whether the model has an adapter
   */
  static AdapterUse in(LanguageModel.Mode mode, boolean adapted) {
    if (mode == LanguageModel.Mode.REFERENCE) {
      return REFERENCE;
    }
    return adapted ? TRAINED : NONE;
  }
}
