package org.align4j.reward.recipe;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a training has left.
 *
 * @param what was written: "adapter", "model" or "reward model"
 * @param written its folder
 * @param summary figures of the run by name, in order
 */
public record Outcome(String what, Path written, Map<String, Object> summary) {
  /**
   * Copies the summary.
   *
   * @param what was written: "adapter", "model" or "reward model"
   * @param written its folder
   * @param summary figures of the run by name, in order
   */
  public Outcome {
    summary = Collections.unmodifiableMap(new LinkedHashMap<>(summary));
  }

  Outcome with(String name, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(summary);
    more.put(name, value);
    return new Outcome(what, written, more);
  }
}
