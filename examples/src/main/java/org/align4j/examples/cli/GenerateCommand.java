package org.align4j.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.align4j.core.data.PromptFile;
import org.align4j.core.run.AtomicFiles;
import org.align4j.policy.ChatModel;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.generate.Completion;
import org.align4j.policy.generate.Generator;
import org.align4j.policy.generate.SamplingParams;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description = "Answers a file of prompts.")
final class GenerateCommand implements Callable<Integer> {
  @Mixin ModelOptions model;

  @Option(
      names = "--prompts",
      required = true,
      paramLabel = "FILE[:COLUMN]",
      converter = ExistingPrompts.class,
      description = "JSONL, JSON, CSV or text lines; without a column a usual name is looked for.")
  PromptFile prompts;

  @Option(names = "--out", required = true, paramLabel = "FILE.jsonl", description = "Rows out.")
  Path out;

  @Option(
      names = "--batch",
      defaultValue = "16",
      description = "Sequences at a time (${DEFAULT-VALUE}).")
  int batch;

  @Option(
      names = "--max-new-tokens",
      defaultValue = "64",
      description = "Default ${DEFAULT-VALUE}.")
  int maxNewTokens;

  @Option(names = "--temperature", defaultValue = "0", description = "0 = greedy (default).")
  double temperature;

  @Option(names = "--top-k", defaultValue = "0", description = "0 = all (default).")
  int topK;

  @Option(names = "--top-p", defaultValue = "1", description = "Default ${DEFAULT-VALUE}.")
  double topP;

  @Option(names = "--repetition-penalty", defaultValue = "1", description = "1 = none (default).")
  double repetitionPenalty;

  @Option(names = "--seed", defaultValue = "0", description = "Default ${DEFAULT-VALUE}.")
  long seed;

  @Option(
      names = "--limit",
      defaultValue = "0",
      description = "Sample this many rows by seed; 0 = all.")
  int limit;

  @Mixin JsonOutput output;

  @Spec CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    SamplingParams params =
        WrongUse.checked(
            spec,
            () ->
                new SamplingParams(maxNewTokens, temperature, topK, topP, repetitionPenalty, seed));
    List<String> texts = prompts.sample(limit, seed);
    ChatModel chat = model.forMany();
    PolicyModel loaded = chat.parts();
    List<int[]> ids = texts.stream().map(loaded.text()::userPrompt).toList();
    List<Completion> completions;
    double seconds;
    try (Generator generator = chat.generator(batch)) {
      long start = System.nanoTime();
      completions = generator.generate(ids, params, Bars.FACTORY, "generate");
      seconds = (System.nanoTime() - start) / 1e9;
    }
    AtomicFiles.write(
        out,
        stream -> {
          for (int i = 0; i < texts.size(); i++) {
            ObjectNode row = row(texts.get(i), completions.get(i), loaded);
            stream.write(JsonOutput.JSON.writeValueAsBytes(row));
            stream.write('\n');
          }
        });
    int tokens = completions.stream().mapToInt(completion -> completion.ids().length).sum();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("tokens_per_second", tokens / seconds);
    json.put("tokens", tokens);
    json.put("seconds", seconds);
    json.put("prompts", texts.size());
    output.print(json);
    return 0;
  }

  private static ObjectNode row(String prompt, Completion completion, PolicyModel model) {
    ObjectNode row = JsonOutput.JSON.createObjectNode();
    row.put("prompt", prompt);
    row.put("completion", model.tokenizer().decode(completion.ids()));
    row.set("completion_ids", JsonOutput.JSON.valueToTree(completion.ids()));
    row.set("logprobs", JsonOutput.JSON.valueToTree(completion.logProbs()));
    row.put("finish_reason", completion.finishReason().label());
    return row;
  }
}
