package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.align4j.core.data.Demonstration;
import org.align4j.core.data.TrlRows;
import org.align4j.examples.terminal.Bars;
import org.align4j.reward.RewardModel;
import org.align4j.reward.report.ScoredRows;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "score", description = "Rewards for a file of prompt/completion rows.")
final class ScoreCommand extends RewardModelCommand {
  @Option(names = "--out", required = true, paramLabel = "FILE.jsonl", description = "Rewards.")
  Path out;

  @Override
  public Integer call() throws IOException {
    List<Demonstration> rows = TrlRows.demonstrations(data.path());
    ScoredRows scored;
    try (RewardModel reward = load()) {
      scored = ScoredRows.of(reward, rows, Bars.FACTORY);
    }
    scored.write(out);
    return print(scored.summary());
  }
}
