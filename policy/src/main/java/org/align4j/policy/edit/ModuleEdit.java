package org.align4j.policy.edit;

import java.util.Map;
import java.util.stream.Collectors;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.Parameter;

/**
 * Changes rows and columns of a linear layer's weight by the factors of its adapter, one rank each:
 * the weight gets scale · B · A.
 */
final class ModuleEdit {
  private final Tensor a;
  private final Tensor b;
  private final float scale;
  private int used;

  /**
   * An edit that begins at rank 0.
   *
   * @param model with an adapter on the module
   * @param module such as {@code model.layers.0.mlp.gate_proj}
   */
  ModuleEdit(DecoderTransformer model, String module) {
    Map<String, Tensor> found =
        model.adapterFactors().stream()
            .filter(factor -> factor.name().startsWith(module + "."))
            .collect(Collectors.toMap(Parameter::name, Parameter::value));
    a = found.get(module + ".lora_A.weight");
    b = found.get(module + ".lora_B.weight");
    scale = model.lora().scale(module);
  }

  /** Makes a row of the weight another one, with the next rank. */
  void replaceRow(int row, double[] wanted, double[] present) {
    for (int i = 0; i < wanted.length; i++) {
      a.set(used, i, (float) (wanted[i] - present[i]));
    }
    b.set(row, used, 1 / scale);
    used++;
  }

  /** Makes a column of the weight another one, with the next rank. */
  void replaceColumn(int column, double[] wanted, double[] present) {
    for (int i = 0; i < a.columns(); i++) {
      a.set(used, i, i == column ? 1 : 0);
    }
    for (int i = 0; i < wanted.length; i++) {
      b.set(i, used, (float) ((wanted[i] - present[i]) / scale));
    }
    used++;
  }

  /** Adds to the row of the weight that {@link #replaceRow} has made with a rank. */
  void shiftRow(int rank, double[] values) {
    for (int i = 0; i < values.length; i++) {
      a.set(rank, i, (float) (a.get(rank, i) + values[i]));
    }
  }
}
