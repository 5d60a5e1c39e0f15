package org.align4j.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.align4j.core.data.PreferencePair;
import org.align4j.core.data.TrlRows;
import org.align4j.core.refusal.Rate;
import org.align4j.core.reward.RewardFunction;
import org.align4j.core.run.AtomicFiles;
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
    RewardFunction reward = RewardSpecs.model(rewardModel);
    List<String> prompts = pairs.stream().map(pair -> pair.prompt().plainText()).toList();
    List<String> chosen = pairs.stream().map(pair -> pair.chosen().plainText()).toList();
    List<String> rejected = pairs.stream().map(pair -> pair.rejected().plainText()).toList();
    double[] chosenRewards = ScoreCommand.score(reward, prompts, chosen);
    double[] rejectedRewards = ScoreCommand.score(reward, prompts, rejected);
    PairReport report =
        PairReport.of(chosenRewards, rejectedRewards, lengths(chosen), lengths(rejected));
    ObjectNode node = json(report);
    ObjectNode summary = node.deepCopy();
    ArrayNode rows = node.putArray("rows");
    for (int i = 0; i < pairs.size(); i++) {
      rows.addObject()
          .put("source", pairs.get(i).source())
          .put("chosen", chosenRewards[i])
          .put("rejected", rejectedRewards[i]);
    }
    AtomicFiles.writeString(out, node.toPrettyString());
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
    output.print(summary);
    return 0;
  }

  private static int[] lengths(List<String> texts) {
    return texts.stream().mapToInt(String::length).toArray();
  }

  private static ObjectNode json(PairReport report) {
    ObjectNode node = JsonOutput.JSON.createObjectNode();
    put(node, "accuracy", report.accuracy());
    node.put("mean_margin", report.meanMargin());
    node.put("calibration_error", report.calibrationError());
    node.put("temperature", report.temperature());
    node.put("scaled_calibration_error", report.scaledCalibrationError());
    node.put("length_correlation", report.lengthCorrelation());
    if (report.accuracyWhenShorter() != null) {
      put(node, "accuracy_when_chosen_is_shorter", report.accuracyWhenShorter());
    }
    ArrayNode curve = node.putArray("reliability");
    for (PairReport.Bin bin : report.reliability()) {
      curve
          .addObject()
          .put("count", bin.count())
          .put("confidence", bin.confidence())
          .put("accuracy", bin.accuracy());
    }
    return node;
  }

  private static void put(ObjectNode node, String name, Rate rate) {
    node.putObject(name)
        .put("n", rate.n())
        .put("rate", rate.value())
        .put("low", rate.low())
        .put("high", rate.high());
  }
}
