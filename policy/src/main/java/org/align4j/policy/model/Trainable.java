package org.align4j.policy.model;

import java.util.List;

/** What an optimizer needs of a model. */
public interface Trainable {

  /** What is trained, in a fixed order. */
  List<Parameter> parameters();

  /** Sets all gradients to zero. */
  void clearGradients();

  /** Restarts the dropout masks, so that a step's are a function of its seed; none by default. */
  default void seedDropout(long seed) {}
}
