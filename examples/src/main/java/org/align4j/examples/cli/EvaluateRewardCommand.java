package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.align4j.core.data.PreferencePair;
import org.align4j.core.data.TrlRows;
import org.align4j.core.run.AtomicFiles;
import org.align4j.examples.terminal.Bars;
import org.align4j.reward.RewardModel;
import org.align4j.reward.report.PairEvaluation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "reward",
    mixinStandardHelpOptions = true,
    description = "Accuracy, calibration and length bias of a reward model on held-out pairs.")
final class EvaluateRewardCommand implements Callable<Integer> {
  @Mixin RewardModelOptions options;

  @Option(names = "--out", required = true, paramLabel = "FILE.json", description = "Report.")
  Path out;

  @Mixin JsonOutput output;

  @Override
  public Integer call() throws IOException {
    List<PreferencePair> pairs = TrlRows.preferences(options.data);
    PairEvaluation evaluation;
    try (RewardModel reward = options.load()) {
      evaluation = PairEvaluation.of(reward, pairs, Bars.FACTORY);
    }
    AtomicFiles.writeString(out, evaluation.json().toPrettyString());
    System.out.println(evaluation.text());
    output.print(evaluation.summary());
    return 0;
  }
}
