package org.align4j.examples.cli;

import org.align4j.reward.RewardModel;
import picocli.CommandLine.Option;

/** A command with the options that name a reward model and the rows it scores. */
abstract class RewardModelCommand extends JsonCommand {
  @Option(
      names = "--reward-model",
      required = true,
      paramLabel = "DIR",
      description = "A folder that train reward wrote, or a *ForSequenceClassification folder.")
  ExistingPath rewardModel;

  @Option(
      names = "--data",
      required = true,
      description =
          "JSONL, JSON or CSV rows: prompt/chosen/rejected to evaluate, prompt/completion to score.")
  ExistingPath data;

  final RewardModel load() {
    return RewardModel.load(rewardModel.path());
  }
}
