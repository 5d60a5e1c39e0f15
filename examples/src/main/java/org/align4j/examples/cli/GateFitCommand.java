package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.align4j.core.ConfigurationException;
import org.align4j.core.data.PromptFile;
import org.align4j.examples.terminal.Bars;
import org.align4j.policy.ChatModel;
import org.align4j.reward.gate.GateConfig;
import org.align4j.reward.gate.GateFit;
import org.align4j.reward.gate.GateRequests;
import org.align4j.reward.gate.GateRequests.Split;
import org.align4j.reward.gate.GateTrainer;
import org.align4j.reward.report.RateLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "fit",
    mixinStandardHelpOptions = true,
    description = {
      "Fits a gate to labelled requests, in closed form; the model stays as it is.",
      "Every fifth request is held out, unless --held-out or --threshold is given."
    })
final class GateFitCommand implements Callable<Integer> {
  private static final int HELD_OUT_EVERY = 5;
  private static final GateConfig DEFAULTS = GateConfig.defaults();

  @Mixin ModelOptions model;

  @Option(
      names = "--harmful",
      required = true,
      paramLabel = "FILE[:COLUMN][@FIELD=VALUE]",
      converter = ExistingPrompts.class,
      description = "Requests to refuse; repeatable.",
      arity = "1..*")
  List<PromptFile> harmful;

  @Option(
      names = "--benign",
      paramLabel = "FILE[:COLUMN][@FIELD=VALUE]",
      converter = ExistingPrompts.class,
      description = "Requests to answer that resemble harmful ones; repeatable.",
      arity = "1..*")
  List<PromptFile> benign = new ArrayList<>();

  @Option(
      names = "--ordinary",
      paramLabel = "FILE[:COLUMN][@FIELD=VALUE]",
      converter = ExistingPrompts.class,
      description = "Other requests to answer, such as those of data --synthesize; repeatable.",
      arity = "1..*")
  List<PromptFile> ordinary = new ArrayList<>();

  @Option(
      names = "--held-out",
      paramLabel = "FILE[:COLUMN][@FIELD=VALUE]",
      converter = ExistingPrompts.class,
      description = "Harmful requests that choose the threshold; repeatable.",
      arity = "1..*")
  List<PromptFile> heldOut = new ArrayList<>();

  @Option(names = "--out", required = true, paramLabel = "FILE.json", description = "The gate.")
  Path out;

  @Option(
      names = "--layer",
      defaultValue = "0",
      description = "Layers to run; 0 = the middle, 16 of 30 (default).")
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

  @Mixin JsonOutput output;

  @Spec CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    GateConfig config = WrongUse.checked(spec, this::config);
    GateRequests all = new GateRequests(prompts(harmful), prompts(benign), prompts(ordinary));
    Split split =
        heldOut.isEmpty() && threshold == null
            ? all.split(HELD_OUT_EVERY)
            : new Split(all, new GateRequests(prompts(heldOut), List.of(), List.of()));
    ChatModel chat = model.forMany();
    long start = System.nanoTime();
    GateFit fit = GateTrainer.fit(chat, split.fitted(), split.heldOut(), config, Bars.FACTORY);
    double seconds = (System.nanoTime() - start) / 1e9;
    fit.gate().save(out);
    fit.refused().forEach((name, rate) -> System.out.println(RateLine.of(name, rate)));
    System.out.println("threshold " + fit.gate().threshold() + ", written to " + out);
    Map<String, Object> json = new LinkedHashMap<>(fit.summary());
    json.put("seconds", seconds);
    output.print(json);
    return 0;
  }

  private GateConfig config() {
    if (threshold != null && harmfulRate != null) {
      throw new ConfigurationException("--harmful-rate has no effect with --threshold");
    }
    return new GateConfig(
        layer,
        penalty,
        lookAlikeShare,
        harmfulRate == null ? DEFAULTS.harmfulRate() : harmfulRate,
        threshold == null ? OptionalDouble.empty() : OptionalDouble.of(threshold),
        DEFAULTS.refusal());
  }

  private List<String> prompts(List<PromptFile> files) {
    return files.stream().flatMap(file -> sample.of(file).stream()).toList();
  }
}
