package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.align4j.examples.terminal.Bars;
import org.align4j.policy.generate.SequenceLogProbs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "logprobs",
    description = "Log-probabilities of token sequences, each token given those before it.")
final class LogprobsCommand extends ModelCommand {
  @Option(names = "--ids", required = true, description = "JSON: [[ids...], ...].")
  ExistingPath ids;

  @Option(
      names = "--out",
      required = true,
      description = "JSON: {\"token_logps\": [[...], ...]}; one value fewer than ids a row.")
  Path out;

  @Override
  public Integer call() throws IOException {
    List<int[]> sequences = SequenceLogProbs.readIds(ids.path());
    SequenceLogProbs.of(forMany().network(), sequences, Bars.FACTORY).write(out);
    int tokens = sequences.stream().mapToInt(sequence -> sequence.length).sum();
    return print(Map.of("sequences", sequences.size(), "tokens", tokens, "out", out.toString()));
  }
}
