package org.align4j.examples.cli;

import java.io.IOException;
import org.align4j.core.data.TrlRows;
import org.align4j.examples.bench.DpoBench;
import org.align4j.policy.ChatModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "dpo",
    description =
        "Times DPO steps: 4 pairs in file order, LoRA on all linear layers, reference inside.")
final class BenchDpoCommand extends ModelCommand {
  @Option(names = "--data", required = true, description = "Preference pairs.")
  ExistingPath data;

  @Option(names = "--steps", defaultValue = "6", description = DEFAULT)
  int steps;

  @Option(names = "--lora-rank", defaultValue = "16", description = DEFAULT)
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

  @Override
  public Integer call() throws IOException {
    ChatModel chat = base();
    if (checkpointing) {
      chat.withGradientCheckpointing();
    }
    DpoBench bench = new DpoBench(steps, rank, microBatchTokens, cached);
    return print(bench.run(chat, TrlRows.preferences(data.path())));
  }
}
