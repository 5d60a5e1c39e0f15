package org.align4j.policy.backend.internal.vector;

import org.align4j.policy.backend.Tensor;

/** Panels in float32, one array each. */
record FloatPanels(int outputs, int inputs, float[][] panels) implements Panels {
  private static final int WIDTH = PanelKernel.WIDTH;

  /** So much of a panel stays in the second-level cache. */
  private static final int DEPTH = 768;

  /** Packs W [outputs, inputs] for x · Wᵀ. */
  static FloatPanels of(Tensor weight) {
    return fill(PanelSource.of(weight));
  }

  /** Packs W [inputs, outputs] for x · W. */
  static FloatPanels ofTransposed(Tensor weight) {
    return fill(PanelSource.ofTransposed(weight));
  }

  private static FloatPanels fill(PanelSource source) {
    float[][] panels = new float[source.panels()][];
    source.forEach(
        p -> {
          panels[p] = new float[source.inputs() * WIDTH];
          source.copy(p, panels[p]);
        });
    return new FloatPanels(source.outputs(), source.inputs(), panels);
  }

  @Override
  public int depth() {
    return DEPTH;
  }

  @Override
  public float[] read(int panel, int from, int count, float[] scratch) {
    return panels[panel];
  }

  @Override
  public int at(int from) {
    return from * WIDTH;
  }
}
