package org.align4j.policy.format;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.align4j.policy.model.ModelConfig;

/**
 * What a model file holds besides its weights.
 *
 * @param origin file or folder
 * @param config dimensions
 * @param tokenizerJson the {@code tokenizer.json}; null if there is none
 * @param chatTemplate Jinja text; null if there is none
 * @param specialTokens {@code bos_token}, {@code eos_token}, {@code pad_token}, ... by name
 * @param stopTokens ids that end generation
 */
public record ModelAssets(
    Path origin,
    ModelConfig config,
    byte[] tokenizerJson,
    String chatTemplate,
    Map<String, String> specialTokens,
    Set<Integer> stopTokens) {

  /** The same for a model without a head of its own to load. */
  ModelAssets withTiedHead() {
    return new ModelAssets(
        origin, config.withTiedHead(), tokenizerJson, chatTemplate, specialTokens, stopTokens);
  }
}
