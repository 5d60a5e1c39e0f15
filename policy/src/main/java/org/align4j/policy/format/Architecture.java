package org.align4j.policy.format;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Decoders of the Llama family, each with what transformers' configuration class takes for a field
 * that {@code config.json} leaves out.
 */
enum Architecture {
  LLAMA("llama", "Llama", 0),
  MISTRAL("mistral", "Mistral", 8),
  QWEN2("qwen2", "Qwen2", 32);

  /** Hugging Face's {@code model_type}. */
  final String modelType;

  /** What transformers' class names begin with. */
  final String classPrefix;

  /** Key/value heads where the file does not say; 0 = as many as query heads. */
  final int absentKvHeads;

  Architecture(String modelType, String classPrefix, int absentKvHeads) {
    this.modelType = modelType;
    this.classPrefix = classPrefix;
    this.absentKvHeads = absentKvHeads;
  }

  static Optional<Architecture> of(String modelType) {
    return Arrays.stream(values()).filter(a -> a.modelType.equals(modelType)).findFirst();
  }

  static List<String> modelTypes() {
    return Arrays.stream(values()).map(a -> a.modelType).toList();
  }
}
