package org.align4j.policy.train;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.policy.run.TrainingListener;

/** The states of a run's listeners as one map, for checkpoints. */
final class ListenerStates {
  private ListenerStates() {}

  /** All states, each number under the listener's name, a slash and its own name. */
  static Map<String, Double> of(List<TrainingListener> listeners) {
    Map<String, Double> out = new LinkedHashMap<>();
    for (TrainingListener listener : listeners) {
      listener
          .state()
          .forEach(
              (key, value) -> {
                if (out.put(listener.name() + "/" + key, value) != null) {
                  throw new IllegalArgumentException(
                      "two listeners are named \""
                          + listener.name()
                          + "\"; listeners with state need different names");
                }
              });
    }
    return out;
  }

  /** Hands every listener its own numbers. */
  static void restore(List<TrainingListener> listeners, Map<String, Double> states) {
    for (TrainingListener listener : listeners) {
      String prefix = listener.name() + "/";
      Map<String, Double> own = new HashMap<>();
      states.forEach(
          (key, value) -> {
            if (key.startsWith(prefix)) {
              own.put(key.substring(prefix.length()), value);
            }
          });
      listener.restore(own);
    }
  }
}
