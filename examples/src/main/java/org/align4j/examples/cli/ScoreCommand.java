package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.align4j.core.data.Demonstration;
import org.align4j.core.data.TrlRows;
import org.align4j.examples.terminal.Bars;
import org.align4j.reward.RewardModel;
import org.align4j.reward.report.ScoredRows;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "score",
    mixinStandardHelpOptions = true,
    description = "Rewards for a file of prompt/completion rows.")
final class ScoreCommand implements Callable<Integer> {
  @Mixin RewardModelOptions options;

  @Option(names = "--out", required = true, paramLabel = "FILE.jsonl", description = "Rewards.")
  Path out;

  @Mixin JsonOutput output;

  @Override
  public Integer call() throws IOException {
    List<Demonstration> rows = TrlRows.demonstrations(options.data);
    List<String> prompts = rows.stream().map(row -> row.prompt().plainText()).toList();
    List<String> completions = rows.stream().map(row -> row.completion().plainText()).toList();
    ScoredRows scored;
    try (RewardModel reward = options.load()) {
      scored = ScoredRows.of(reward, prompts, completions, Bars.FACTORY);
    }
    scored.write(out);
    output.print(scored.summary());
    return 0;
  }
}
