package org.align4j.examples.cli;

import java.nio.file.Path;
import org.align4j.policy.format.ModelResolver;
import org.align4j.policy.format.PeftAdapters;
import org.align4j.policy.format.PolicyModel;
import picocli.CommandLine.Option;

/** The options that name a model. */
final class ModelOptions {
  @Option(
      names = "--model",
      defaultValue = "smollm2",
      description =
          "A folder, a GGUF file, a Hugging Face id (org/name), or smollm2 (default: ${DEFAULT-VALUE}).")
  String model;

  @Option(names = "--adapter", description = "A PEFT LoRA adapter folder.")
  Path adapter;

  /** Loads the model with its adapter merged into the weights; for everything but training. */
  PolicyModel load() {
    PolicyModel loaded = loadBase();
    if (adapter != null) {
      PeftAdapters.load(loaded.transformer(), adapter);
      loaded.transformer().mergeAdapter();
    }
    return loaded;
  }

  /** Loads the model alone. */
  PolicyModel loadBase() {
    return PolicyModel.load(new ModelResolver(Bars.FACTORY).resolve(model));
  }
}
