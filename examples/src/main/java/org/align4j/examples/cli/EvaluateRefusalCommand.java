package org.align4j.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.align4j.core.data.PromptFile;
import org.align4j.core.run.AtomicFiles;
import org.align4j.examples.terminal.Bars;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.generate.TextGenerator;
import org.align4j.reward.report.RefusalEvaluation;
import org.align4j.reward.report.RefusalEvaluation.PromptSet;
import org.align4j.reward.report.TranscriptEvaluation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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

  @Mixin SampleOptions sample;

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
    WrongUse.checked(spec, this::requireFiles);
    List<PromptSet> refused = sets(harmful);
    List<PromptSet> answered = sets(benign);
    PolicyModel loaded = model.forMany().parts();
    RefusalEvaluation evaluation;
    try (TextGenerator generator = new TextGenerator(loaded, batch, false)) {
      evaluation =
          RefusalEvaluation.of(
              refused,
              answered,
              set -> answers(generator, set),
              set -> System.out.println(set.text()));
    }
    write(evaluation.json(), evaluation.summary());
    return 0;
  }

  private List<String> answers(TextGenerator generator, PromptSet set) {
    String task = Path.of(set.name()).getFileName().toString();
    SamplingParams params = SamplingParams.greedy(maxNewTokens);
    return generator.answers(set.prompts(), params, Bars.FACTORY, task, () -> false);
  }

  private int judgeTranscripts() throws IOException {
    WrongUse.refuse(spec, FOR_A_MODEL, "has no effect with --transcripts, which need no model");
    WrongUse.checked(spec, () -> existing(transcripts));
    TranscriptEvaluation evaluation =
        TranscriptEvaluation.of(transcripts, file -> System.out.println(file.text()));
    write(evaluation.json(), evaluation.summary());
    return 0;
  }

  private void write(ObjectNode report, ObjectNode summary) throws IOException {
    AtomicFiles.writeString(out, report.toPrettyString());
    output.print(summary);
  }

  private List<PromptFile> requireFiles() {
    if (harmful.isEmpty() && benign.isEmpty()) {
      throw new IllegalArgumentException(
          "name at least one file with --harmful, --benign or --transcripts");
    }
    List<PromptFile> files = new ArrayList<>(existing(harmful));
    files.addAll(existing(benign));
    return files;
  }

  private static List<PromptFile> existing(List<String> arguments) {
    List<PromptFile> files = arguments.stream().map(PromptFile::parse).toList();
    for (PromptFile file : files) {
      if (!Files.exists(file.path())) {
        throw new IllegalArgumentException(file.path() + ": no such file");
      }
    }
    return files;
  }

  private List<PromptSet> sets(List<String> arguments) {
    return arguments.stream()
        .map(name -> new PromptSet(name, sample.of(PromptFile.parse(name))))
        .toList();
  }
}
