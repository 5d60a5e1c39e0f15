package org.align4j.policy.format;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.align4j.policy.model.ModelConfig;

/**
 * What a model file holds besides its weights.
 *
 * @param origin file or folder
 * @param config dimensions
 * @param tokenizerJson the {@code tokenizer.json}, UTF-8, if there is one
 * @param chatTemplate Jinja text, if there is one
 * @param specialTokens {@code bos_token}, {@code eos_token}, {@code pad_token}, ... by name
 * @param stopTokens ids that end generation
 * @param beginning what raw text begins with
 */
public record ModelAssets(
    Path origin,
    ModelConfig config,
    Optional<byte[]> tokenizerJson,
    Optional<String> chatTemplate,
    Map<String, String> specialTokens,
    Set<Integer> stopTokens,
    Beginning beginning) {

  /** What the model's files say that raw text, without chat template, begins with. */
  public enum Beginning {
    /** {@code bos_token}. */
    BOS,
    /** Nothing. */
    NOTHING,
    /** What the post-processor in {@code tokenizer.json} puts there. */
    AS_TOKENIZER_SAYS
  }

  /** The same for a model without a head of its own to load. */
  ModelAssets withTiedHead() {
    return new ModelAssets(
        origin,
        config.withTiedHead(),
        tokenizerJson,
        chatTemplate,
        specialTokens,
        stopTokens,
        beginning);
  }

  /** The same with further ids that end generation. */
  ModelAssets withStopTokens(Set<Integer> more) {
    Set<Integer> all = new TreeSet<>(stopTokens);
    all.addAll(more);
    return new ModelAssets(
        origin, config, tokenizerJson, chatTemplate, specialTokens, all, beginning);
  }
}
