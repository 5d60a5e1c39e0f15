package org.align4j.policy.online;

import java.util.Map;
import org.align4j.core.ConfigurationException;
import org.align4j.core.policygradient.BoundedRatios;
import org.align4j.core.policygradient.ImportanceCorrection;
import org.align4j.core.policygradient.ImportanceCorrection.Level;
import org.align4j.core.policygradient.ImportanceCorrection.Mode;
import org.align4j.core.run.Settings;

/** Reads {@code importance_sampling_mode} and its bounds. */
final class ImportanceSettings {
  private static final String OFF = "off";
  private static final double MAX_RATIO = 3;
  private static final Map<String, Level> LEVELS =
      Map.of("token", Level.TOKEN, "sequence", Level.SEQUENCE);
  private static final Map<String, Mode> MODES =
      Map.of("truncate", Mode.TRUNCATE, "mask", Mode.MASK);

  private ImportanceSettings() {}

  static ImportanceCorrection read(Settings settings) {
    String mode = settings.text("importance_sampling_mode", OFF);
    Settings bounds = settings.when(!mode.equals(OFF), "with an importance_sampling_mode");
    double low = bounds.number("importance_sampling_clip_min", 0);
    double high = bounds.number("importance_sampling_clip_max", MAX_RATIO);
    if (mode.equals(OFF)) {
      return ImportanceCorrection.OFF;
    }
    String[] parts = mode.split("_", 2);
    if (parts.length < 2 || !LEVELS.containsKey(parts[0]) || !MODES.containsKey(parts[1])) {
      throw new ConfigurationException(
          "importance_sampling_mode is \""
              + mode
              + "\"; expected off, token_truncate, token_mask, sequence_truncate or"
              + " sequence_mask");
    }
    return new BoundedRatios(LEVELS.get(parts[0]), MODES.get(parts[1]), low, high);
  }
}
