package org.align4j.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.align4j.core.data.Demonstration;
import org.align4j.core.data.TrlRows;
import org.align4j.core.reward.RewardFunction;
import org.align4j.core.run.AtomicFiles;
import org.align4j.core.run.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "score",
    mixinStandardHelpOptions = true,
    description = "Rewards for a file of prompt/completion rows.")
final class ScoreCommand implements Callable<Integer> {
  private static final int BATCH = 64;

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
      description = "JSONL, JSON or CSV rows.")
  Path data;

  @Option(names = "--out", required = true, paramLabel = "FILE.jsonl", description = "Rewards.")
  Path out;

  @Mixin JsonOutput output;

  @Override
  public Integer call() throws IOException {
    List<Demonstration> rows = TrlRows.demonstrations(data);
    RewardFunction reward = RewardSpecs.model(rewardModel);
    List<String> prompts = rows.stream().map(row -> row.prompt().plainText()).toList();
    List<String> completions = rows.stream().map(row -> row.completion().plainText()).toList();
    double[] rewards = score(reward, prompts, completions);
    AtomicFiles.write(
        out,
        stream -> {
          for (int i = 0; i < rewards.length; i++) {
            ObjectNode node = JsonOutput.JSON.createObjectNode();
            node.put("prompt", prompts.get(i)).put("completion", completions.get(i));
            node.put("reward", rewards[i]);
            stream.write((node + "\n").getBytes(StandardCharsets.UTF_8));
          }
        });
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("rows", rewards.length);
    summary.put("mean_reward", Arrays.stream(rewards).average().orElse(0));
    summary.put("min_reward", Arrays.stream(rewards).min().orElse(0));
    summary.put("max_reward", Arrays.stream(rewards).max().orElse(0));
    output.print(summary);
    return 0;
  }

  static double[] score(RewardFunction reward, List<String> prompts, List<String> completions) {
    List<Double> all = new ArrayList<>(prompts.size());
    try (Progress bar = Bars.FACTORY.start("score", prompts.size())) {
      for (int from = 0; from < prompts.size(); from += BATCH) {
        int to = Math.min(prompts.size(), from + BATCH);
        for (double one :
            reward.rewards(prompts.subList(from, to), completions.subList(from, to))) {
          all.add(one);
        }
        bar.step(to - from);
      }
    }
    return all.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
