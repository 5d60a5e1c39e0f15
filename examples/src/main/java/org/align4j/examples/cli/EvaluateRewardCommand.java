package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.align4j.core.data.PreferencePair;
import org.align4j.core.data.TrlRows;
import org.align4j.examples.terminal.Bars;
import org.align4j.reward.RewardModel;
import org.align4j.reward.report.PairEvaluation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "reward",
    description = "Accuracy, calibration and length bias of a reward model on held-out pairs.")
final class EvaluateRewardCommand extends RewardModelCommand {
  @Option(names = "--out", required = true, paramLabel = "FILE.json", description = "Report.")
  Path out;

  @Override
  public Integer call() throws IOException {
    List<PreferencePair> pairs = TrlRows.preferences(data.path());
    PairEvaluation evaluation;
    try (RewardModel reward = load()) {
      evaluation = PairEvaluation.of(reward, pairs, Bars.FACTORY);
    }
    evaluation.write(out);
    System.out.println(evaluation.text());
    return print(evaluation.summary());
  }
}
