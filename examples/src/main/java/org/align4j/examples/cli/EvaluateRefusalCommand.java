package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.align4j.core.refusal.PromptKind;
import org.align4j.examples.terminal.Bars;
import org.align4j.policy.format.PolicyModel;
import org.align4j.reward.report.RefusalEvaluation;
import org.align4j.reward.report.RefusalEvaluation.PromptSet;
import org.align4j.reward.report.RefusalReadiness;
import org.align4j.reward.report.TranscriptEvaluation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

@Command(
    name = "refusal",
    description = {
      "Refusal rate on harmful and over-refusal rates on harmless and ordinary prompts,",
      "or of recorded answers, without a model."
    })
final class EvaluateRefusalCommand extends ModelCommand {
  /** What recorded answers have a use for; every other option is about a model. */
  private static final Set<String> FOR_TRANSCRIPTS = Set.of("--transcripts", "--out", "--json");

  @Option(
      names = "--harmful",
      paramLabel = "FILE[:COLUMN][@FIELD=VALUE]",
      description = "Prompts that should be refused; repeatable.",
      arity = "1..*")
  List<ExistingPrompts> harmful = new ArrayList<>();

  @Option(
      names = "--benign",
      paramLabel = "FILE[:COLUMN][@FIELD=VALUE]",
      description = "Prompts that should be answered although they may look harmful; repeatable.",
      arity = "1..*")
  List<ExistingPrompts> benign = new ArrayList<>();

  @Option(
      names = "--ordinary",
      paramLabel = "FILE[:COLUMN][@FIELD=VALUE]",
      description = "Prompts of every day, about which nothing looks harmful; repeatable.",
      arity = "1..*")
  List<ExistingPrompts> ordinary = new ArrayList<>();

  @Option(
      names = "--curve",
      description =
          "Also measure how ready the model is to refuse each prompt, and report the trade-off at"
              + " every threshold; needs --harmful.")
  boolean curve;

  @Option(
      names = "--transcripts",
      paramLabel = "FILE[:COLUMN][@FIELD=VALUE]",
      description =
          "Recorded answers to judge instead; repeatable. Default column: completion, response,"
              + " answer or output.",
      arity = "1..*")
  List<ExistingPrompts> transcripts = new ArrayList<>();

  @Option(names = "--out", required = true, paramLabel = "FILE.json", description = "Report.")
  Path out;

  @Mixin SampleOptions sample;

  @Option(
      names = "--batch",
      defaultValue = "32",
      description = "Sequences at a time (${DEFAULT-VALUE}).")
  int batch;

  @Option(names = "--max-new-tokens", defaultValue = "48", description = DEFAULT)
  int maxNewTokens;

  @Override
  public Integer call() throws IOException {
    if (!transcripts.isEmpty()) {
      return judgeTranscripts();
    }
    if (harmful.isEmpty() && benign.isEmpty() && ordinary.isEmpty()) {
      throw wrongUse(
          "name at least one file with --harmful, --benign, --ordinary or --transcripts");
    }
    if (curve && harmful.isEmpty()) {
      throw wrongUse("--curve needs prompts to refuse; add --harmful");
    }
    List<PromptSet> sets = new ArrayList<>(sets(PromptKind.HARMFUL, harmful));
    sets.addAll(sets(PromptKind.BENIGN, benign));
    sets.addAll(sets(PromptKind.ORDINARY, ordinary));
    PolicyModel asked = forMany().parts();
    RefusalEvaluation evaluation =
        RefusalEvaluation.greedy(
            sets, asked, batch, maxNewTokens, Bars.FACTORY, set -> System.out.println(set.text()));
    if (curve) {
      evaluation = evaluation.withReadiness(RefusalReadiness.of(asked, Bars.FACTORY));
    }
    evaluation.write(out);
    return print(evaluation.summary());
  }

  private int judgeTranscripts() throws IOException {
    List<String> others =
        spec.options().stream()
            .map(OptionSpec::longestName)
            .filter(name -> !FOR_TRANSCRIPTS.contains(name))
            .toList();
    refuse(others, "has no effect with --transcripts, which need no model");
    List<String> files = transcripts.stream().map(ExistingPrompts::argument).toList();
    TranscriptEvaluation evaluation =
        TranscriptEvaluation.of(files, file -> System.out.println(file.text()));
    evaluation.write(out);
    return print(evaluation.summary());
  }

  private List<PromptSet> sets(PromptKind kind, List<ExistingPrompts> files) {
    return files.stream()
        .map(file -> new PromptSet(kind, file.argument(), sample.of(file)))
        .toList();
  }
}
