package org.align4j.examples.cli;

import static org.align4j.core.ConfigurationException.require;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.align4j.examples.terminal.Bars;
import org.align4j.reward.gate.GateConfig;
import org.align4j.reward.gate.GateFit;
import org.align4j.reward.gate.GateRequests;
import org.align4j.reward.gate.GateTrainer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "fit",
    description = {
      "Fits a gate to labelled requests, in closed form; the model stays as it is.",
      "Every fifth request is held out, unless --held-out or --threshold is given."
    })
final class GateFitCommand extends ModelCommand {
  private static final GateConfig DEFAULTS = GateConfig.defaults();

  @Option(
      names = "--harmful",
      required = true,
      paramLabel = "FILE[:COLUMN][@FIELD=VALUE]",
      description = "Requests to refuse; repeatable.",
      arity = "1..*")
  List<ExistingPrompts> harmful;

  @Option(
      names = "--benign",
      paramLabel = "FILE[:COLUMN][@FIELD=VALUE]",
      description = "Requests to answer that resemble harmful ones; repeatable.",
      arity = "1..*")
  List<ExistingPrompts> benign = new ArrayList<>();

  @Option(
      names = "--ordinary",
      paramLabel = "FILE[:COLUMN][@FIELD=VALUE]",
      description = "Other requests to answer, such as those of data --synthesize; repeatable.",
      arity = "1..*")
  List<ExistingPrompts> ordinary = new ArrayList<>();

  @Option(
      names = "--held-out",
      paramLabel = "FILE[:COLUMN][@FIELD=VALUE]",
      description = "Harmful requests that choose the threshold; repeatable.",
      arity = "1..*")
  List<ExistingPrompts> heldOut = new ArrayList<>();

  @Option(names = "--out", required = true, paramLabel = "FILE.json", description = "The gate.")
  Path out;

  @Option(names = "--layer", description = "Layers to run; 0 = the middle, 16 of 30 (default).")
  int layer;

  @Option(names = "--penalty", description = "Of the ridge regression (3000).")
  double penalty = DEFAULTS.penalty();

  @Option(
      names = "--look-alike-share",
      description = "Share of --benign in the weight of harmless requests (0.9).")
  double lookAlikeShare = DEFAULTS.lookAlikeShare();

  @Option(
      names = "--harmful-rate",
      description = "Share of held-out harmful requests to refuse (0.95).")
  Double harmfulRate;

  @Option(names = "--threshold", description = "Scores from here on are refused.")
  Double threshold;

  @Mixin SampleOptions sample;

  @Override
  public Integer call() throws IOException {
    GateConfig config = checked(this::config);
    GateRequests all = new GateRequests(prompts(harmful), prompts(benign), prompts(ordinary));
    GateRequests held = new GateRequests(prompts(heldOut), List.of(), List.of());
    GateFit fit =
        heldOut.isEmpty() && threshold == null
            ? GateTrainer.fit(forMany(), all, config, Bars.FACTORY)
            : GateTrainer.fit(forMany(), all, held, config, Bars.FACTORY);
    fit.gate().save(out);
    fit.lines().forEach(System.out::println);
    System.out.println("threshold " + fit.gate().threshold() + ", written to " + out);
    return print(fit.summary());
  }

  private GateConfig config() {
    require(
        threshold == null || harmfulRate == null, "--harmful-rate has no effect with --threshold");
    GateConfig config =
        DEFAULTS.withLayer(layer).withPenalty(penalty).withLookAlikeShare(lookAlikeShare);
    if (harmfulRate != null) {
      return config.withHarmfulRate(harmfulRate);
    }
    return threshold == null ? config : config.withThreshold(threshold);
  }

  private List<String> prompts(List<ExistingPrompts> files) {
    return files.stream().flatMap(file -> sample.of(file).stream()).toList();
  }
}
