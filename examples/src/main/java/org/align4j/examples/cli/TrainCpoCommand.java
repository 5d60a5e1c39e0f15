package org.align4j.examples.cli;

import org.align4j.policy.train.PreferenceSettings;
import picocli.CommandLine.Command;

@Command(
    name = "cpo",
    mixinStandardHelpOptions = true,
    description =
        "CPO, SimPO (loss_type=simpo) and AlphaPO (alpha) on prompt/chosen/rejected rows.")
final class TrainCpoCommand extends PairwiseTraining {
  TrainCpoCommand() {
    super("cpo", PreferenceSettings::cpo);
  }
}
