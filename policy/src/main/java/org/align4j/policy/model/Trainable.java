package org.align4j.policy.model;

import java.util.List;
import org.align4j.policy.backend.Backend;

/** What an optimizer needs of a model. */
public interface Trainable {

  /** {@return what its kernels run on; an optimizer updates the parameters with it} */
  Backend backend();

  /** {@return what is trained, in a fixed order} */
  List<Parameter> parameters();

  /** Sets all gradients to zero. */
  void clearGradients();

  /**
   * Restarts the dropout masks, so that a step's are a function of its seed; none by default.
   *
   * @param seed of the step
   */
  default void seedDropout(long seed) {}

  /**
   * {@return fingerprint of the adapter that the reference consists of besides the base weights} A
   * resumed run must have the same one. Empty if the reference is the base alone, as by default.
   */
  default String referenceAdapterFingerprint() {
    return "";
  }
}
