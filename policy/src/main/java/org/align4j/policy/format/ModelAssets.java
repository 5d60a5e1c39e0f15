package org.align4j.policy.format;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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
 * @param addBos whether raw text begins with {@code bos_token}; null = as the tokenizer.json's
 *     post-processor says
 */
public record ModelAssets(
    Path origin,
    ModelConfig config,
    byte[] tokenizerJson,
    String chatTemplate,
    Map<String, String> specialTokens,
    Set<Integer> stopTokens,
    Boolean addBos) {

  /** The same for a model without a head of its own to load. */
  ModelAssets withTiedHead() {
    return new ModelAssets(
        origin,
        config.withTiedHead(),
        tokenizerJson,
        chatTemplate,
        specialTokens,
        stopTokens,
        addBos);
  }

  /** The same with further ids that end generation. */
  ModelAssets withStopTokens(Set<Integer> more) {
    Set<Integer> all = new TreeSet<>(stopTokens);
    all.addAll(more);
    return new ModelAssets(origin, config, tokenizerJson, chatTemplate, specialTokens, all, addBos);
  }
}
