package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.align4j.examples.terminal.Bars;
import org.align4j.policy.generate.SequenceLogProbs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "logprobs",
    mixinStandardHelpOptions = true,
    description = "Log-probabilities of token sequences, each token given those before it.")
final class LogprobsCommand implements Callable<Integer> {
  @Mixin ModelOptions model;

  @Option(
      names = "--ids",
      required = true,
      converter = ExistingPath.class,
      description = "JSON: [[ids...], ...].")
  Path ids;

  @Option(
      names = "--out",
      required = true,
      description = "JSON: {\"token_logps\": [[...], ...]}; one value fewer than ids a row.")
  Path out;

  @Mixin JsonOutput output;

  @Override
  public Integer call() throws IOException {
    List<int[]> sequences = SequenceLogProbs.readIds(ids);
    SequenceLogProbs.of(model.forMany().network(), sequences, Bars.FACTORY).write(out);
    int tokens = sequences.stream().mapToInt(sequence -> sequence.length).sum();
    output.print(Map.of("sequences", sequences.size(), "tokens", tokens, "out", out.toString()));
    return 0;
  }
}
