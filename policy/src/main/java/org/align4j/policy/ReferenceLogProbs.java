package org.align4j.policy;

/** When the log-probs of the reference are computed in training on preference pairs. */
public enum ReferenceLogProbs {
  /**
   * In every step, by the model without its adapter; before training if all weights are trained,
   * because no reference is left then.
   */
  AUTOMATIC,

  /**
   * Once, before training. They are kept in the cache folder and found again by a later run on the
   * same model and pairs. Pays from the second epoch on, or from the second run.
   */
  PRECOMPUTED
}
