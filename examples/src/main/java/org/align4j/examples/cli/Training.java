package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.align4j.core.run.Settings;
import org.align4j.examples.terminal.Bars;
import org.align4j.examples.terminal.Interrupt;
import org.align4j.reward.recipe.Outcome;
import org.align4j.reward.recipe.Recipe;
import org.align4j.reward.recipe.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A training command: reads every setting first, so that wrong ones cost no time, then runs. */
@Command(mixinStandardHelpOptions = true)
abstract class Training implements Callable<Integer> {
  @Mixin ModelOptions model;
  @Mixin TrainingOptions options;
  @Mixin JsonOutput output;

  @Spec CommandSpec spec;

  /** What the command trains, with the files that its options name. */
  abstract Recipe recipe();

  /** The adapter that training goes on from. */
  final Optional<Path> adapter() {
    return Optional.ofNullable(model.adapter);
  }

  @Override
  public final Integer call() throws IOException {
    Settings settings = options.settings(spec);
    Recipe.Plan plan =
        WrongUse.checked(
            spec,
            () -> {
              Recipe.Plan planned = recipe().plan(settings);
              settings.rejectUnknown();
              return planned;
            });
    try (Interrupt interrupt = new Interrupt()) {
      RunFolder folder = new RunFolder(options.out, options.resume, Bars.FACTORY, interrupt::arm);
      Outcome outcome = plan.run(model::base, folder);
      System.err.println(outcome.what() + " written to " + outcome.written());
      output.print(outcome.summary());
    }
    return 0;
  }
}
