package org.align4j.examples.cli;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import org.align4j.core.run.Settings;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A training command: reads every setting first, so that wrong ones cost no time, then runs. */
abstract class Training implements Callable<Integer> {
  @Mixin ModelOptions model;
  @Mixin TrainingOptions options;
  @Mixin JsonOutput output;

  @Spec CommandSpec spec;

  /** What is left to do when the settings are read. */
  @FunctionalInterface
  interface Run {
    /**
     * Loads, trains and writes.
     *
     * @param used the settings, for config.json
     * @return what --json prints
     */
    Map<String, Object> run(Settings used) throws IOException;
  }

  /**
   * Reads every setting of the command and checks them against each other and the options.
   *
   * @throws org.align4j.core.ConfigurationException if the command is used wrongly
   */
  abstract Run plan(Settings settings);

  @Override
  public final Integer call() throws IOException {
    Settings settings = options.settings(spec);
    Run run =
        WrongUse.checked(
            spec,
            () -> {
              Run planned = plan(settings);
              settings.rejectUnknown();
              return planned;
            });
    output.print(run.run(settings));
    return 0;
  }
}
