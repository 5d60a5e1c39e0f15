package org.align4j.examples.quickstart;

import java.util.ArrayList;
import java.util.List;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.LanguageModel;
import org.align4j.policy.model.Parameter;

/** A copy of a model's trainable weights, to come back to. */
final class AdapterSnapshot {
  private final List<float[]> values = new ArrayList<>();

  private AdapterSnapshot() {}

  static AdapterSnapshot of(LanguageModel model) {
    AdapterSnapshot snapshot = new AdapterSnapshot();
    for (Parameter parameter : model.parameters()) {
      snapshot.values.add(parameter.value().toArray());
    }
    return snapshot;
  }

  void restore(LanguageModel model) {
    List<Parameter> parameters = model.parameters();
    for (int p = 0; p < parameters.size(); p++) {
      Tensor target = parameters.get(p).value();
      for (int r = 0; r < target.rows(); r++) {
        target.writeRow(r, values.get(p), r * target.columns());
      }
    }
  }
}
