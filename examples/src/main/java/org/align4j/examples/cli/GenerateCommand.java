package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.align4j.examples.terminal.Bars;
import org.align4j.policy.ChatModel;
import org.align4j.policy.generate.CompletionRows;
import org.align4j.policy.generate.Generator;
import org.align4j.policy.generate.SamplingParams;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "generate", description = "Answers a file of prompts.")
final class GenerateCommand extends ModelCommand {
  @Option(
      names = "--prompts",
      required = true,
      paramLabel = "FILE[:COLUMN]",
      description = "JSONL, JSON, CSV or text lines; without a column a usual name is looked for.")
  ExistingPrompts prompts;

  @Option(names = "--out", required = true, paramLabel = "FILE.jsonl", description = "Rows out.")
  Path out;

  @Option(
      names = "--batch",
      defaultValue = "16",
      description = "Sequences at a time (${DEFAULT-VALUE}).")
  int batch;

  @Option(names = "--max-new-tokens", defaultValue = "64", description = DEFAULT)
  int maxNewTokens;

  @Option(names = "--temperature", defaultValue = "0", description = "0 = greedy (default).")
  double temperature;

  @Option(names = "--top-k", defaultValue = "0", description = "0 = all (default).")
  int topK;

  @Option(names = "--top-p", defaultValue = "1", description = DEFAULT)
  double topP;

  @Option(names = "--repetition-penalty", defaultValue = "1", description = "1 = none (default).")
  double repetitionPenalty;

  @Mixin SampleOptions sample;

  @Override
  public Integer call() throws IOException {
    SamplingParams params =
        checked(
            () ->
                new SamplingParams(
                    maxNewTokens, temperature, topK, topP, repetitionPenalty, sample.seed));
    ChatModel chat = forMany();
    try (Generator generator = chat.generator(batch)) {
      CompletionRows rows =
          CompletionRows.of(chat.parts(), generator, sample.of(prompts), params, Bars.FACTORY);
      rows.write(out);
      return print(rows.summary());
    }
  }
}
