package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.align4j.core.data.TrlRows;
import org.align4j.examples.bench.DpoBench;
import org.align4j.policy.ChatModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "dpo",
    mixinStandardHelpOptions = true,
    description =
        "Times DPO steps: 4 pairs in file order, LoRA on all linear layers, reference inside.")
final class BenchDpoCommand implements Callable<Integer> {
  @Mixin ModelOptions model;

  @Option(
      names = "--data",
      required = true,
      converter = ExistingPath.class,
      description = "Preference pairs.")
  Path data;

  @Option(names = "--steps", defaultValue = "6", description = "Default ${DEFAULT-VALUE}.")
  int steps;

  @Option(names = "--lora-rank", defaultValue = "16", description = "Default ${DEFAULT-VALUE}.")
  int rank;

  @Option(
      names = "--cached-reference",
      description = "Compute the reference log-probs before the timed steps, as trainers can.")
  boolean cached;

  @Option(
      names = "--micro-batch-tokens",
      defaultValue = "4096",
      description = "Most tokens in the network at once. Default ${DEFAULT-VALUE}.")
  int microBatchTokens;

  @Option(
      names = "--checkpointing",
      description = "Compute activations again in the backward pass instead of keeping them.")
  boolean checkpointing;

  @Mixin JsonOutput output;

  @Override
  public Integer call() throws IOException {
    ChatModel chat = model.base();
    if (checkpointing) {
      chat.withGradientCheckpointing();
    }
    DpoBench bench = new DpoBench(steps, rank, microBatchTokens, cached);
    output.print(bench.run(chat, TrlRows.preferences(data)));
    return 0;
  }
}
