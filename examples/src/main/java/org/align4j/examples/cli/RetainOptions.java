package org.align4j.examples.cli;

import java.util.List;
import org.align4j.core.data.PromptFile;
import org.align4j.core.run.Settings;
import org.align4j.policy.Retention;
import org.align4j.policy.Trainer;
import picocli.CommandLine.Option;

/** Prompts on which training leaves a model as it is. */
final class RetainOptions {
  @Option(
      names = "--retain",
      paramLabel = "FILE[:COLUMN]",
      converter = ExistingPrompts.class,
      description =
          "Prompts after which the first token of an answer stays as likely as it was; settings"
              + " retention_*.")
  PromptFile prompts;

  /** The settings, which have an effect only with prompts. */
  Retention read(Settings settings) {
    return Retention.read(settings.when(prompts != null, "with --retain"));
  }

  /** Adds the prompts, if there are any. */
  <D> Trainer<D> add(Trainer<D> trainer, Retention retention) {
    List<String> read = prompts == null ? List.of() : prompts.read();
    return read.isEmpty() ? trainer : trainer.retain(read, retention);
  }
}
