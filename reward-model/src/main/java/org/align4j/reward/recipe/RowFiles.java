package org.align4j.reward.recipe;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.align4j.core.run.Settings;

/**
 * Files of recorded rows: JSONL, JSON or CSV in a TRL layout.
 *
 * @param training rows to train on
 * @param heldOut rows to evaluate on
 */
public record RowFiles(Path training, Optional<Path> heldOut) {
  /**
   * {@return rows to train on, without evaluation}
   *
   * @param training JSONL, JSON or CSV in a TRL layout
   */
  public static RowFiles of(Path training) {
    return new RowFiles(training, Optional.empty());
  }

  /** Settings for reading keys that have an effect only with held-out rows. */
  Settings evaluated(Settings settings) {
    return settings.when(heldOut.isPresent(), "with held-out rows");
  }

  <D> List<D> heldOut(Function<Path, List<D>> reader) {
    return heldOut.map(reader).orElse(List.of());
  }
}
