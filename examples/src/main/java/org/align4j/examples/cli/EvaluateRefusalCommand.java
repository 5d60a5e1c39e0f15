package org.align4j.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.align4j.core.data.PromptFile;
import org.align4j.core.refusal.PromptKind;
import org.align4j.core.run.AtomicFiles;
import org.align4j.examples.terminal.Bars;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.generate.TextGenerator;
import org.align4j.reward.report.RefusalEvaluation;
import org.align4j.reward.report.RefusalEvaluation.PromptSet;
import org.align4j.reward.report.RefusalReadiness;
import org.align4j.reward.report.TranscriptEvaluation;
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
      "Refusal rate on harmful and over-refusal rates on harmless and ordinary prompts,",
      "or of recorded answers, without a model."
    })
final class EvaluateRefusalCommand implements Callable<Integer> {
  private static final List<String> FOR_A_MODEL =
      List.of(
          "--model",
          "--adapter",
          "--refusal-scale",
          "--dtype",
          "--harmful",
          "--benign",
          "--ordinary",
          "--curve",
          "--limit",
          "--seed",
          "--batch",
          "--max-new-tokens");

  @Mixin DialledModelOptions model;

  @Option(
      names = "--harmful",
      paramLabel = "FILE[:COLUMN][@FIELD=VALUE]",
      converter = ExistingPromptsArgument.class,
      description = "Prompts that should be refused; repeatable.",
      arity = "1..*")
  List<String> harmful = new ArrayList<>();

  @Option(
      names = "--benign",
      paramLabel = "FILE[:COLUMN][@FIELD=VALUE]",
      converter = ExistingPromptsArgument.class,
      description = "Prompts that should be answered although they may look harmful; repeatable.",
      arity = "1..*")
  List<String> benign = new ArrayList<>();

  @Option(
      names = "--ordinary",
      paramLabel = "FILE[:COLUMN][@FIELD=VALUE]",
      converter = ExistingPromptsArgument.class,
      description = "Prompts of every day, about which nothing looks harmful; repeatable.",
      arity = "1..*")
  List<String> ordinary = new ArrayList<>();

  @Option(
      names = "--curve",
      description =
          "Also measure how ready the model is to refuse each prompt, and report the trade-off at"
              + " every threshold; needs --harmful.")
  boolean curve;

  @Option(
      names = "--transcripts",
      paramLabel = "FILE[:COLUMN][@FIELD=VALUE]",
      converter = ExistingPromptsArgument.class,
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
    requireFiles();
    List<PromptSet> sets = new ArrayList<>();
    files().forEach((kind, names) -> sets.addAll(sets(kind, names)));
    PolicyModel loaded = model.forMany().parts();
    RefusalEvaluation evaluation;
    try (TextGenerator generator = new TextGenerator(loaded, batch, false)) {
      evaluation =
          RefusalEvaluation.of(
              sets, set -> answers(generator, set), set -> System.out.println(set.text()));
    }
    if (curve) {
      RefusalReadiness probe = RefusalReadiness.of(loaded, Bars.FACTORY);
      evaluation =
          evaluation.withReadiness(set -> probe.of(set.prompts(), task(set)).probabilities());
    }
    write(evaluation.json(), evaluation.summary());
    return 0;
  }

  private static String task(PromptSet set) {
    return Path.of(set.name()).getFileName().toString();
  }

  private List<String> answers(TextGenerator generator, PromptSet set) {
    SamplingParams params = SamplingParams.greedy(maxNewTokens);
    return generator.answers(set.prompts(), params, Bars.FACTORY, task(set), () -> false);
  }

  private int judgeTranscripts() throws IOException {
    WrongUse.refuse(spec, FOR_A_MODEL, "has no effect with --transcripts, which need no model");
    TranscriptEvaluation evaluation =
        TranscriptEvaluation.of(transcripts, file -> System.out.println(file.text()));
    write(evaluation.json(), evaluation.summary());
    return 0;
  }

  private void write(ObjectNode report, ObjectNode summary) throws IOException {
    AtomicFiles.writeString(out, report.toPrettyString());
    output.print(summary);
  }

  private Map<PromptKind, List<String>> files() {
    Map<PromptKind, List<String>> files = new EnumMap<>(PromptKind.class);
    files.put(PromptKind.HARMFUL, harmful);
    files.put(PromptKind.BENIGN, benign);
    files.put(PromptKind.ORDINARY, ordinary);
    return files;
  }

  private void requireFiles() {
    if (harmful.isEmpty() && benign.isEmpty() && ordinary.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "name at least one file with --harmful, --benign, --ordinary or --transcripts");
    }
    if (curve && harmful.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--curve needs prompts to refuse; add --harmful");
    }
  }

  private List<PromptSet> sets(PromptKind kind, List<String> arguments) {
    return arguments.stream()
        .map(name -> new PromptSet(kind, name, sample.of(PromptFile.parse(name))))
        .toList();
  }
}
