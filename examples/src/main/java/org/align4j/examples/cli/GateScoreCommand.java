package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.align4j.examples.terminal.Bars;
import org.align4j.reward.gate.GateDecisions;
import org.align4j.reward.gate.RefusalGate;
import org.align4j.reward.report.RateLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "score",
    description = "What a gate says of a file of requests: rows prompt, score, refused.")
final class GateScoreCommand extends ModelCommand {
  @Option(
      names = "--gate",
      required = true,
      paramLabel = "FILE.json",
      description = "What gate fit wrote for this model.")
  ExistingPath gate;

  @Option(
      names = "--prompts",
      required = true,
      paramLabel = "FILE[:COLUMN][@FIELD=VALUE]",
      description = "JSONL, JSON, CSV or text lines.")
  ExistingPrompts prompts;

  @Option(names = "--out", required = true, paramLabel = "FILE.jsonl", description = "Rows out.")
  Path out;

  @Override
  public Integer call() throws IOException {
    List<String> texts = prompts.file().read();
    GateDecisions decisions = RefusalGate.load(gate.path(), forMany()).decide(texts, Bars.FACTORY);
    decisions.write(out);
    System.out.println(RateLine.of(prompts.file().path().toString(), decisions.refused()));
    return print(decisions.summary());
  }
}
