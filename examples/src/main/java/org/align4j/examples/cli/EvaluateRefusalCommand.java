package org.align4j.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.align4j.core.data.PromptFile;
import org.align4j.core.refusal.Rate;
import org.align4j.core.refusal.RefusalReport;
import org.align4j.core.run.AtomicFiles;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.generate.TextGenerator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "refusal",
    mixinStandardHelpOptions = true,
    description = "Refusal rate on harmful and over-refusal rate on harmless prompts.")
final class EvaluateRefusalCommand implements Callable<Integer> {
  @Mixin ModelOptions model;

  @Option(
      names = "--harmful",
      paramLabel = "FILE[:COLUMN][@FIELD=VALUE]",
      description = "Prompts that should be refused; repeatable.",
      arity = "1..*")
  List<String> harmful = new ArrayList<>();

  @Option(
      names = "--benign",
      paramLabel = "FILE[:COLUMN][@FIELD=VALUE]",
      description = "Prompts that should be answered; repeatable.",
      arity = "1..*")
  List<String> benign = new ArrayList<>();

  @Option(names = "--out", required = true, paramLabel = "FILE.json", description = "Report.")
  Path out;

  @Option(
      names = "--limit",
      defaultValue = "0",
      description = "Sample this many rows a file by seed; 0 = all.")
  int limit;

  @Option(names = "--seed", defaultValue = "0", description = "Default ${DEFAULT-VALUE}.")
  long seed;

  @Option(
      names = "--batch",
      defaultValue = "32",
      description = "Sequences at a time (${DEFAULT-VALUE}).")
  int batch;

  @Option(
      names = "--max-new-tokens",
      defaultValue = "48",
      description = "Default ${DEFAULT-VALUE}.")
  int maxNewTokens;

  @Mixin JsonOutput output;

  @Spec CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    List<PromptFile> files = WrongUse.checked(spec, this::files);
    List<List<String>> prompts = new ArrayList<>();
    for (PromptFile file : files) {
      prompts.add(file.sample(limit, seed));
    }
    PolicyModel loaded = model.load();
    ObjectNode report = JsonOutput.JSON.createObjectNode();
    ObjectNode harmfulNode = report.putObject("harmful");
    ObjectNode benignNode = report.putObject("benign");
    ArrayNode rows = report.putArray("rows");
    List<String> arguments = concatenated();
    try (TextGenerator generator =
        new TextGenerator(loaded, Backends.defaultBackend(), batch, false)) {
      for (int i = 0; i < files.size(); i++) {
        ObjectNode target = i < harmful.size() ? harmfulNode : benignNode;
        measure(generator, arguments.get(i), prompts.get(i), target, rows);
      }
    }
    AtomicFiles.writeString(out, report.toPrettyString());
    ObjectNode summary = report.deepCopy();
    summary.remove("rows");
    output.print(summary);
    return 0;
  }

  private List<PromptFile> files() {
    if (harmful.isEmpty() && benign.isEmpty()) {
      throw new IllegalArgumentException("name at least one file with --harmful or --benign");
    }
    List<PromptFile> files = new ArrayList<>();
    for (String argument : concatenated()) {
      PromptFile file = PromptFile.parse(argument);
      if (!Files.exists(file.path())) {
        throw new IllegalArgumentException(file.path() + ": no such file");
      }
      files.add(file);
    }
    return files;
  }

  private List<String> concatenated() {
    List<String> arguments = new ArrayList<>(harmful);
    arguments.addAll(benign);
    return arguments;
  }

  private void measure(
      TextGenerator generator,
      String name,
      List<String> prompts,
      ObjectNode target,
      ArrayNode rows) {
    List<String> answers =
        generator.answers(
            prompts,
            SamplingParams.greedy(maxNewTokens),
            Bars.FACTORY,
            Path.of(name).getFileName().toString(),
            () -> false);
    RefusalReport result = RefusalReport.of(answers);
    Rate rate = result.rate();
    ObjectNode node = target.putObject(name);
    node.put("n", rate.n()).put("refused", rate.hits()).put("rate", rate.value());
    node.put("low", rate.low()).put("high", rate.high());
    ObjectNode patterns = node.putObject("patterns");
    result
        .patterns()
        .forEach((pattern, count) -> patterns.put(pattern.name().toLowerCase(Locale.ROOT), count));
    for (int i = 0; i < prompts.size(); i++) {
      ObjectNode row = rows.addObject();
      row.put("file", name).put("prompt", prompts.get(i)).put("completion", answers.get(i));
      row.put("pattern", result.verdicts().get(i).pattern().name().toLowerCase(Locale.ROOT));
    }
    System.out.printf(
        Locale.ROOT,
        "%-60s %4d of %4d refused, %5.1f%% (%.1f%% to %.1f%%)%n",
        name,
        rate.hits(),
        rate.n(),
        100 * rate.value(),
        100 * rate.low(),
        100 * rate.high());
  }
}
