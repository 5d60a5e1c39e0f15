package org.align4j.examples.cli;

import java.nio.file.Path;
import org.align4j.reward.RewardModel;
import picocli.CommandLine.Option;

/** The options that name a reward model and the rows it scores. */
final class RewardModelOptions {
  @Option(
      names = "--reward-model",
      required = true,
      paramLabel = "DIR",
      converter = ExistingPath.class,
      description = "A folder that train reward wrote, or a *ForSequenceClassification folder.")
  Path rewardModel;

  @Option(
      names = "--data",
      required = true,
      converter = ExistingPath.class,
      description =
          "JSONL, JSON or CSV rows: prompt/chosen/rejected to evaluate, prompt/completion to score.")
  Path data;

  RewardModel load() {
    return RewardModel.load(rewardModel);
  }
}
