package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.align4j.core.data.PreferencePair;
import org.align4j.core.data.TrlRows;
import org.align4j.core.run.AtomicFiles;
import org.align4j.reward.RewardModel;
import org.align4j.reward.report.PairEvaluation;
import org.align4j.reward.report.PairReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "reward",
    mixinStandardHelpOptions = true,
    description = "Accuracy, calibration and length bias of a reward model on held-out pairs.")
final class EvaluateRewardCommand implements Callable<Integer> {
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
      description = "prompt/chosen/rejected rows: JSONL, JSON or CSV.")
  Path data;

  @Option(names = "--out", required = true, paramLabel = "FILE.json", description = "Report.")
  Path out;

  @Mixin JsonOutput output;

  @Override
  public Integer call() throws IOException {
    List<PreferencePair> pairs = TrlRows.preferences(data);
    PairEvaluation evaluation;
    try (RewardModel reward = RewardModel.load(rewardModel)) {
      evaluation = PairEvaluation.of(reward, pairs, Bars.FACTORY);
    }
    AtomicFiles.writeString(out, evaluation.json().toPrettyString());
    PairReport report = evaluation.report();
    System.out.printf(
        Locale.ROOT,
        "pair accuracy %.1f%% (%.1f%% to %.1f%%) of %d; calibration error %.3f, %.3f at temperature"
            + " %.2f; length correlation %.2f%n",
        100 * report.accuracy().value(),
        100 * report.accuracy().low(),
        100 * report.accuracy().high(),
        pairs.size(),
        report.calibrationError(),
        report.scaledCalibrationError(),
        report.temperature(),
        report.lengthCorrelation());
    output.print(evaluation.summary());
    return 0;
  }
}
