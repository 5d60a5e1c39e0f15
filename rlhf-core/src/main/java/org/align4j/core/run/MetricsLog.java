package org.align4j.core.run;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Appends one JSON object a step to {@code metrics.jsonl}; each line is on disk before the next.
 */
public final class MetricsLog implements AutoCloseable {
  private static final String PHASE = "phase";
  private static final String STEP = "step";

  private final JsonLinesLog lines;

  /**
   * Opens the file for appending; folders are made.
   *
   * @param file such as {@code metrics.jsonl}
   */
  public MetricsLog(Path file) {
    lines = new JsonLinesLog(file);
  }

  /**
   * Appends one record. NaN and infinities are written as strings, as JSON has no such numbers.
   *
   * @param phase name of the trainer
   * @param step optimizer steps or rounds so far
   * @param metrics by name
   */
  public void write(String phase, long step, Map<String, Double> metrics) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put(PHASE, phase);
    line.put(STEP, step);
    metrics.forEach(
        (name, value) -> line.put(name, Double.isFinite(value) ? value : value.toString()));
    lines.write(line);
  }

  /**
   * Drops a phase's records of later steps, which a run resumed after this one writes again.
   *
   * @param phase name of the trainer
   * @param step the last step that is kept
   */
  public void rewind(String phase, long step) {
    lines.keep(
        line -> !line.path(PHASE).asText().equals(phase) || line.path(STEP).asLong() <= step);
  }

  @Override
  public void close() {
    lines.close();
  }
}
