package org.align4j.examples.cli;

import org.align4j.policy.train.PreferenceSettings;
import picocli.CommandLine.Command;

@Command(
    name = "orpo",
    mixinStandardHelpOptions = true,
    description = "Odds-ratio preference optimization on prompt/chosen/rejected rows.")
final class TrainOrpoCommand extends PairwiseTraining {
  TrainOrpoCommand() {
    super("orpo", PreferenceSettings::orpo);
  }
}
