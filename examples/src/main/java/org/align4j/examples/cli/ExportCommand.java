package org.align4j.examples.cli;

import static org.align4j.core.ConfigurationException.require;

import java.nio.file.Path;
import java.util.Map;
import org.align4j.policy.ChatModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "export", description = "Merges an adapter and writes a Hugging Face folder.")
final class ExportCommand extends ModelCommand {
  @Option(names = "--out", required = true, description = "Output folder.")
  Path out;

  @Option(
      names = "--scale",
      paramLabel = "SHARE",
      description =
          "Share of the adapter's effect, above 0 and at most 1: between the base and the trained"
              + " model (WiSE-FT; default: ${DEFAULT-VALUE}).")
  double scale = 1;

  @Override
  public Integer call() throws java.io.IOException {
    double share = checked(this::share);
    ChatModel loaded = share == 1 ? forOne() : base().withFrozenAdapter(adapter.path(), share);
    loaded.saveMerged(out);
    System.err.println("model written to " + out);
    return print(Map.of("out", out.toString()));
  }

  private double share() {
    require(scale > 0 && scale <= 1, "--scale must be in (0, 1], got " + scale);
    require(scale == 1 || adapter != null, "--scale is of an adapter; name one with --adapter");
    return scale;
  }
}
