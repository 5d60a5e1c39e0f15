package org.align4j.policy.backend.internal.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.align4j.policy.backend.Tensor;

/**
 * Panels in bfloat16 for processors that have no products of it: they are widened in cache. Half
 * the memory of float32, and half of it to read where there are few rows. A number holds two inputs
 * of an output, the earlier one in its lower half.
 */
record BFloat16Panels(int outputs, int inputs, int[][] panels) implements Panels {
  private static final int WIDTH = PanelKernel.WIDTH;
  private static final int LANES = WIDTH / 2;
  private static final int HALF = 16;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

  /** Packs W [outputs, inputs] for x · Wᵀ. */
  static BFloat16Panels of(Tensor weight) {
    return fill(PanelSource.of(weight));
  }

  /** Packs W [inputs, outputs] for x · W. */
  static BFloat16Panels ofTransposed(Tensor weight) {
    return fill(PanelSource.ofTransposed(weight));
  }

  private static BFloat16Panels fill(PanelSource source) {
    int pairs = (source.inputs() + 1) / 2;
    int[][] panels = new int[source.panels()][];
    source.forEach(
        p -> {
          float[] values = new float[2 * pairs * WIDTH];
          source.copy(p, values);
          int[] panel = new int[pairs * WIDTH];
          for (int k = 0; k < pairs; k++) {
            for (int j = 0; j < WIDTH; j++) {
              int at = 2 * k * WIDTH + j;
              panel[k * WIDTH + j] = BFloat16.pair(values[at], values[at + WIDTH]);
            }
          }
          panels[p] = panel;
        });
    return new BFloat16Panels(source.outputs(), source.inputs(), panels);
  }

  @Override
  public boolean roundsInputs() {
    return true;
  }

  @Override
  public float[] read(int panel, int from, int count, float[] scratch) {
    widen(panels[panel], from / 2 * WIDTH, (count + 1) / 2, scratch);
    return scratch;
  }

  private static void widen(int[] panel, int at, int pairs, float[] target) {
    for (int k = 0; k < pairs; k++) {
      IntVector v0 = IntVector.fromArray(INTS, panel, at + k * WIDTH);
      IntVector v1 = IntVector.fromArray(INTS, panel, at + k * WIDTH + LANES);
      int t = 2 * k * WIDTH;
      lower(v0).intoArray(target, t);
      lower(v1).intoArray(target, t + LANES);
      upper(v0).intoArray(target, t + WIDTH);
      upper(v1).intoArray(target, t + WIDTH + LANES);
    }
  }

  private static FloatVector lower(IntVector pairs) {
    return pairs.lanewise(VectorOperators.LSHL, HALF).reinterpretAsFloats();
  }

  private static FloatVector upper(IntVector pairs) {
    return pairs.and(BFloat16.UPPER).reinterpretAsFloats();
  }
}
