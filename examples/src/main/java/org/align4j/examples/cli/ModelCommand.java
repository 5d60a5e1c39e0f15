package org.align4j.examples.cli;

import java.util.List;
import org.align4j.examples.terminal.Bars;
import org.align4j.policy.ChatModel;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Precision;
import org.align4j.reward.gate.RefusalDial;
import picocli.CommandLine.Option;

/** A command with the options that name a model. */
abstract class ModelCommand extends JsonCommand {
  @Option(
      names = "--model",
      defaultValue = "smollm2",
      description =
          "A folder, a GGUF file, a Hugging Face id (org/name), or smollm2 (default: ${DEFAULT-VALUE}).")
  String model;

  @Option(
      names = "--adapter",
      description =
          "A PEFT LoRA adapter folder that the model answers with; training goes on from it, with"
              + " the model as it is then as the reference.")
  ExistingPath adapter;

  @Option(
      names = "--refusal-scale",
      paramLabel = "SCALE",
      description =
          "Moves the threshold of the gate in --adapter: 1 = as trained (default), 0 to 1 fewer"
              + " refusals, above 1 more.")
  Double refusalScale;

  /** Chooses the precision for the process, before anything has started a backend. */
  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description =
          "float32 (default) or bfloat16: frozen weights in bfloat16, half the memory and, where the"
              + " processor multiplies it, about twice as fast; sums, activations and trained weights"
              + " stay float32.")
  void dtype(String label) {
    if (label != null) {
      System.setProperty(Backends.DTYPE_PROPERTY, checked(() -> Precision.of(label)).label());
    }
  }

  /** Loads the model alone. */
  final ChatModel base() {
    refuse(List.of("--refusal-scale"), "has no effect here; it is of an --adapter that answers");
    return ChatModel.load(model, Bars.FACTORY);
  }

  /** Loads the model with its adapter apart, for one answer at a time. */
  final ChatModel forOne() {
    if (adapter == null || refusalScale == null) {
      return adapter == null ? base() : base().withFrozenAdapter(adapter.path());
    }
    RefusalDial dial = checked(() -> RefusalDial.load(adapter.path()).at(refusalScale));
    return dial.turn(ChatModel.load(model, Bars.FACTORY).withFrozenAdapter(adapter.path()));
  }

  /** Loads the model with its adapter merged, for many answers at a time. */
  final ChatModel forMany() {
    return forOne().merged();
  }
}
