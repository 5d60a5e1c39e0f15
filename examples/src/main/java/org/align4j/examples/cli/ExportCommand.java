package org.align4j.examples.cli;

import static org.align4j.core.ConfigurationException.require;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.align4j.policy.ChatModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = "Merges an adapter and writes a Hugging Face folder.")
final class ExportCommand implements Callable<Integer> {
  @Mixin DialledModelOptions model;

  @Option(names = "--out", required = true, description = "Output folder.")
  Path out;

  @Option(
      names = "--scale",
      paramLabel = "SHARE",
      description =
          "Share of the adapter's effect, above 0 and at most 1: between the base and the trained"
              + " model (WiSE-FT; default: ${DEFAULT-VALUE}).")
  double scale = 1;

  @Mixin JsonOutput output;

  @Spec CommandSpec spec;

  @Override
  public Integer call() throws java.io.IOException {
    double share = WrongUse.checked(spec, this::share);
    ChatModel loaded =
        share == 1 ? model.forOne() : model.base().withFrozenAdapter(model.adapter, share);
    loaded.saveMerged(out);
    System.err.println("model written to " + out);
    output.print(Map.of("out", out.toString()));
    return 0;
  }

  private double share() {
    require(scale > 0 && scale <= 1, "--scale must be in (0, 1], got " + scale);
    require(
        scale == 1 || model.refusalScale == null,
        "--scale would weaken the gate that --refusal-scale moves; give one of them");
    require(
        scale == 1 || model.adapter != null, "--scale is of an adapter; name one with --adapter");
    return scale;
  }
}
