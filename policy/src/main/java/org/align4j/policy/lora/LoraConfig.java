package org.align4j.policy.lora;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.align4j.core.ConfigurationException;
import org.align4j.core.run.Settings;

/**
 * What adapters to add, in PEFT's terms.
 *
 * @param rank r, ≥ 1
 * @param alpha scale numerator
 * @param dropout probability that an input of A is dropped in training, in [0, 1)
 * @param targets names of the projections ({@code q_proj}, ...)
 * @param rankStabilized scale by alpha/√r instead of alpha/r (arXiv 2312.03732)
 * @param firstLayer adapters stand from this layer on, ≥ 0; below it nothing is back-propagated
 */
public record LoraConfig(
    int rank,
    double alpha,
    double dropout,
    Set<String> targets,
    boolean rankStabilized,
    int firstLayer) {

  /** All linear layers of a Llama-family block. */
  public static final List<String> ALL_LINEAR =
      List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

  /**
   * Checks ranges and names.
   *
   * @param rank r, ≥ 1
   * @param alpha scale numerator
   * @param dropout probability that an input of A is dropped in training, in [0, 1)
   * @param targets names of the projections ({@code q_proj}, ...)
   * @param rankStabilized scale by alpha/√r instead of alpha/r (arXiv 2312.03732)
   * @param firstLayer adapters stand from this layer on, ≥ 0; below it nothing is back-propagated
   */
  public LoraConfig {
    targets = new TreeSet<>(targets);
    if (rank < 1) {
      throw new ConfigurationException("LoRA rank must be at least 1, got " + rank);
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new ConfigurationException("LoRA dropout must be in [0, 1), got " + dropout);
    }
    if (targets.isEmpty() || !ALL_LINEAR.containsAll(targets)) {
      throw new ConfigurationException(
          "LoRA targets are " + targets + "; expected some of " + ALL_LINEAR);
    }
    if (firstLayer < 0) {
      throw new ConfigurationException(
          "the first layer with LoRA must not be negative, got " + firstLayer);
    }
  }

  /**
   * Adapters in every layer.
   *
   * @param rank rows of A, &gt; 0
   * @param alpha numerator of the scale
   * @param dropout in [0, 1), before A
   * @param targets PEFT's names of the linear layers
   * @param rankStabilized whether alpha is divided by the rank's root
   */
  public LoraConfig(
      int rank, double alpha, double dropout, Set<String> targets, boolean rankStabilized) {
    this(rank, alpha, dropout, targets, rankStabilized, 0);
  }

  /**
   * {@return rank and alpha on all linear layers, no dropout}
   *
   * @param rank rows of A, &gt; 0
   * @param alpha numerator of the scale
   */
  public static LoraConfig allLinear(int rank, double alpha) {
    return new LoraConfig(rank, alpha, 0, Set.copyOf(ALL_LINEAR), false);
  }

  /**
   * {@return this configuration with the settings that are given; keys as in docs/settings.md}
   *
   * @param settings such as {@code lora_r} and {@code lora_alpha}
   */
  public LoraConfig with(Settings settings) {
    return new LoraConfig(
        settings.integer("lora_r", rank),
        settings.number("lora_alpha", alpha),
        settings.number("lora_dropout", dropout),
        Set.copyOf(settings.texts("lora_target_modules", ordered(targets))),
        settings.flag("use_rslora", rankStabilized),
        settings.integer("lora_first_layer", firstLayer));
  }

  private static List<String> ordered(Set<String> targets) {
    return ALL_LINEAR.stream().filter(targets::contains).toList();
  }

  /**
   * {@return the same in the layers from this one on}
   *
   * @param layer from 0
   */
  public LoraConfig fromLayer(int layer) {
    return new LoraConfig(rank, alpha, dropout, targets, rankStabilized, layer);
  }

  /**
   * {@return the same with another dropout}
   *
   * @param probability in [0, 1)
   */
  public LoraConfig withDropout(double probability) {
    return new LoraConfig(rank, alpha, probability, targets, rankStabilized, firstLayer);
  }

  /**
   * The same with a share of the adapter's effect: the model is then that share of the way from the
   * base to the adapted weights (WiSE-FT, Wortsman et al. 2022, arXiv 2109.01903).
   *
   * @param share in (0, 1]
   * @return another configuration, with alpha multiplied by the share
   * @throws ConfigurationException if the share is out of its range
   */
  public LoraConfig scaled(double share) {
    if (!(share > 0 && share <= 1)) {
      throw new ConfigurationException("the adapter's scale must be in (0, 1], got " + share);
    }
    return new LoraConfig(rank, alpha * share, dropout, targets, rankStabilized, firstLayer);
  }

  /** {@return the factor on B·A·x} */
  public float scale() {
    return (float) (rankStabilized ? alpha / Math.sqrt(rank) : alpha / rank);
  }
}
