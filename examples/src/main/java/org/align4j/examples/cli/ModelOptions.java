package org.align4j.examples.cli;

import java.nio.file.Path;
import org.align4j.core.ConfigurationException;
import org.align4j.examples.terminal.Bars;
import org.align4j.policy.ChatModel;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Precision;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that name a model. */
class ModelOptions {
  @Option(
      names = "--model",
      defaultValue = "smollm2",
      description =
          "A folder, a GGUF file, a Hugging Face id (org/name), or smollm2 (default: ${DEFAULT-VALUE}).")
  String model;

  @Option(
      names = "--adapter",
      converter = ExistingPath.class,
      description =
          "A PEFT LoRA adapter folder; training goes on from it, with the model as it is then as"
              + " the reference.")
  Path adapter;

  @Spec(Spec.Target.MIXEE)
  CommandSpec spec;

  /** Chooses the precision for the process, before anything has started a backend. */
  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description =
          "float32 (default) or bfloat16: frozen weights in bfloat16, half the memory and, where the"
              + " processor multiplies it, about twice as fast; sums, activations and trained weights"
              + " stay float32.")
  void dtype(String label) {
    if (label == null) {
      return;
    }
    try {
      System.setProperty(Backends.DTYPE_PROPERTY, Precision.of(label).label());
    } catch (ConfigurationException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  /** Loads the model alone. */
  final ChatModel base() {
    return ChatModel.load(model, Bars.FACTORY);
  }

  /** Loads the model with its adapter apart, for one answer at a time. */
  ChatModel forOne() {
    return adapter == null ? base() : base().withFrozenAdapter(adapter);
  }

  /** Loads the model with its adapter merged, for many answers at a time. */
  final ChatModel forMany() {
    return forOne().merged();
  }
}
