package org.align4j.policy.backend.internal.vector;

/**
 * A weight [outputs, inputs] cut into panels of {@link PanelKernel#WIDTH} outputs, in whatever form
 * they are kept. Read by several threads at a time.
 */
interface Panels {
  /** Inputs that are expanded at a time, so that they stay in the first-level cache. */
  int EXPANDED = 192;

  int outputs();

  int inputs();

  /** Number of panels; the last one may hold outputs that are not there. */
  default int count() {
    return PanelKernel.panels(outputs());
  }

  /** Inputs that are multiplied at a time; whole runs of quantised weights, so even. */
  default int depth() {
    return EXPANDED;
  }

  /** Whether inputs are rounded to bfloat16, as the weights are. */
  default boolean roundsInputs() {
    return false;
  }

  /**
   * Some inputs of a panel in float32, input by input.
   *
   * @param from first input, a multiple of {@link #depth}
   * @param count inputs, at most {@code depth()}
   * @param scratch room for {@code depth()} inputs
   * @return the scratch memory, or where they lie anyhow
   */
  float[] read(int panel, int from, int count, float[] scratch);

  /** Where an input begins in what {@link #read} returned. */
  default int at(int from) {
    return 0;
  }
}
