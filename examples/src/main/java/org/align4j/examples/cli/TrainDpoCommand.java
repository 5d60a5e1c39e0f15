package org.align4j.examples.cli;

import org.align4j.policy.train.PreferenceSettings;
import picocli.CommandLine.Command;

@Command(
    name = "dpo",
    mixinStandardHelpOptions = true,
    description = "Direct preference optimization on prompt/chosen/rejected rows.")
final class TrainDpoCommand extends PairwiseTraining {
  TrainDpoCommand() {
    super("dpo", PreferenceSettings::dpo);
  }
}
