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
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "refusal",
    mixinStandardHelpOptions = true,
    description = {
      "Refusal rate on harmful and over-refusal rate on harmless prompts,",
      "or of recorded answers, without a model."
    })
final class EvaluateRefusalCommand implements Callable<Integer> {
  private static final List<String> FOR_A_MODEL =
      List.of(
          "--model",
          "--adapter",
          "--dtype",
          "--harmful",
          "--benign",
          "--limit",
          "--seed",
          "--batch",
          "--max-new-tokens");

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

  @Option(
      names = "--transcripts",
      paramLabel = "FILE[:COLUMN][@FIELD=VALUE]",
      description =
          "Recorded answers to judge instead; repeatable. Default column: completion, response,"
              + " answer or output.",
      arity = "1..*")
  List<String> transcripts = new ArrayList<>();

  @Spec CommandSpec spec;

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

  @Override
  public Integer call() throws IOException {
    if (!transcripts.isEmpty()) {
      return judgeTranscripts();
    }
    List<PromptFile> files = WrongUse.checked(spec, this::files);
    List<List<String>> prompts = new ArrayList<>();
    for (PromptFile file : files) {
      prompts.add(file.sample(limit, seed));
    }
    PolicyModel loaded = model.forMany().parts();
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
    write(report);
    return 0;
  }

  private int judgeTranscripts() throws IOException {
    for (String option : FOR_A_MODEL) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw wrongUse("--transcripts needs no model; leave out " + option);
      }
    }
    WrongUse.checked(spec, () -> existing(transcripts));
    Transcripts judged = new Transcripts();
    transcripts.forEach(judged::add);
    write(judged.report());
    return 0;
  }

  private ParameterException wrongUse(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private void write(ObjectNode report) throws IOException {
    AtomicFiles.writeString(out, report.toPrettyString());
    ObjectNode summary = report.deepCopy();
    summary.remove("rows");
    output.print(summary);
  }

  private List<PromptFile> files() {
    if (harmful.isEmpty() && benign.isEmpty()) {
      throw new IllegalArgumentException(
          "name at least one file with --harmful, --benign or --transcripts");
    }
    return existing(concatenated());
  }

  private static List<PromptFile> existing(List<String> arguments) {
    List<PromptFile> files = new ArrayList<>();
    for (String argument : arguments) {
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
    put(target.putObject(name), result);
    for (int i = 0; i < prompts.size(); i++) {
      ObjectNode row = rows.addObject();
      row.put("file", name).put("prompt", prompts.get(i)).put("completion", answers.get(i));
      row.put("pattern", result.verdicts().get(i).pattern().name().toLowerCase(Locale.ROOT));
    }
    print(name, result.rate());
  }

  /** The rates of one file's answers. */
  static void put(ObjectNode node, RefusalReport result) {
    Rate rate = result.rate();
    node.put("n", rate.n()).put("refused", rate.hits()).put("rate", rate.value());
    node.put("low", rate.low()).put("high", rate.high());
    node.put("complete", result.complete().hits());
    ObjectNode patterns = node.putObject("patterns");
    result
        .patterns()
        .forEach((pattern, count) -> patterns.put(pattern.name().toLowerCase(Locale.ROOT), count));
  }

  static void print(String name, Rate rate) {
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
