package org.align4j.examples.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.align4j.core.data.PromptFile;
import org.align4j.policy.ChatModel;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.generate.Completion;
import org.align4j.policy.generate.Generator;
import org.align4j.policy.generate.SamplingParams;
import org.apache.commons.math3.stat.descriptive.rank.Median;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description = "Times greedy generation for the prompts of a file; the model is loaded before.")
final class BenchGenerateCommand implements Callable<Integer> {
  @Mixin ModelOptions model;

  @Option(
      names = "--prompts",
      required = true,
      paramLabel = "FILE[:COLUMN]",
      converter = ExistingPrompts.class)
  PromptFile prompts;

  @Option(names = "--batch", defaultValue = "16", description = "Default ${DEFAULT-VALUE}.")
  int batch;

  @Option(
      names = "--max-new-tokens",
      defaultValue = "64",
      description = "Default ${DEFAULT-VALUE}.")
  int maxNewTokens;

  @Option(
      names = "--repeat",
      defaultValue = "1",
      description =
          "Times that it is done; the JVM compiles in the first. Default ${DEFAULT-VALUE}.")
  int repeat;

  @Mixin JsonOutput output;

  @Override
  public Integer call() {
    ChatModel chat = model.forMany();
    PolicyModel loaded = chat.parts();
    List<int[]> ids = new ArrayList<>();
    prompts.read().forEach(text -> ids.add(loaded.text().userPrompt(text)));
    double[] rates = new double[repeat];
    int tokens = 0;
    try (Generator generator = chat.generator(batch)) {
      for (int i = 0; i < repeat; i++) {
        long start = System.nanoTime();
        List<Completion> completions =
            generator.generate(ids, SamplingParams.greedy(maxNewTokens), Bars.FACTORY, "generate");
        tokens = completions.stream().mapToInt(completion -> completion.ids().length).sum();
        rates[i] = tokens / ((System.nanoTime() - start) / 1e9);
      }
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("tokens_per_second", new Median().evaluate(rates));
    json.put("all", rates);
    json.put("tokens", tokens);
    json.put("batch", batch);
    output.print(json);
    return 0;
  }
}
