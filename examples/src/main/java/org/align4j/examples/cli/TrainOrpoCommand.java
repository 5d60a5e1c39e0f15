package org.align4j.examples.cli;

import org.align4j.core.objective.OrpoObjective;
import org.align4j.core.objective.PreferenceObjective;
import org.align4j.core.run.Settings;
import picocli.CommandLine.Command;

@Command(
    name = "orpo",
    mixinStandardHelpOptions = true,
    description = "Odds-ratio preference optimization on prompt/chosen/rejected rows.")
final class TrainOrpoCommand extends PairwiseTraining {
  TrainOrpoCommand() {
    super("orpo", 1e-6);
  }

  /** Keys and defaults of TRL's ORPOConfig. */
  @Override
  PreferenceObjective objective(Settings settings) {
    return new OrpoObjective(settings.number("beta", 0.1));
  }
}
