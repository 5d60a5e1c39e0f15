package org.align4j.policy.lora;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.align4j.core.ConfigurationException;
import org.align4j.core.run.Settings;

/**
 * What adapters to add, in PEFT's terms.
 *
 * <p>A key of a pattern is a regular expression of a module's name, such as {@code
 * model.layers.17.self_attn.q_proj}, or of what follows one of its dots: {@code q_proj}, {@code
 * layers.17.self_attn.q_proj}, {@code layers\.(16|17)\..*}. The first key that matches counts.
 *
 * @param rank r of the modules that no key of {@code rankPattern} matches, ≥ 1
 * @param alpha scale numerator of the modules that no key of {@code alphaPattern} matches
 * @param dropout probability that an input of A is dropped in training, in [0, 1)
 * @param targets names of the projections ({@code q_proj}, ...)
 * @param rankStabilized scale by alpha/√r instead of alpha/r (arXiv 2312.03732)
 * @param firstLayer adapters stand from this layer on, ≥ 0; below it nothing is back-propagated
 * @param rankPattern r of other modules by key, in PEFT {@code rank_pattern}
 * @param alphaPattern scale numerators of other modules by key, in PEFT {@code alpha_pattern}
 */
public record LoraConfig(
    int rank,
    double alpha,
    double dropout,
    Set<String> targets,
    boolean rankStabilized,
    int firstLayer,
    Map<String, Integer> rankPattern,
    Map<String, Double> alphaPattern) {

  /** All linear layers of a Llama-family block. */
  public static final List<String> ALL_LINEAR =
      List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

  /**
   * Checks ranges and names.
   *
   * @param rank r where no other is given, ≥ 1
   * @param alpha scale numerator where no other is given
   * @param dropout probability that an input of A is dropped in training, in [0, 1)
   * @param targets names of the projections ({@code q_proj}, ...)
   * @param rankStabilized scale by alpha/√r instead of alpha/r (arXiv 2312.03732)
   * @param firstLayer adapters stand from this layer on, ≥ 0; below it nothing is back-propagated
   * @param rankPattern r of other modules by key, each ≥ 1
   * @param alphaPattern scale numerators of other modules by key, each finite
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
    rankPattern =
        ModulePatterns.copy("rank_pattern", rankPattern, value -> value >= 1, "at least 1");
    alphaPattern =
        ModulePatterns.copy("alpha_pattern", alphaPattern, Double::isFinite, "a finite number");
  }

  /**
   * One rank and alpha for all.
   *
   * @param rank rows of A, &gt; 0
   * @param alpha numerator of the scale
   * @param dropout in [0, 1), before A
   * @param targets PEFT's names of the linear layers
   * @param rankStabilized whether alpha is divided by the rank's root
   * @param firstLayer adapters stand from this layer on, ≥ 0
   */
  public LoraConfig(
      int rank,
      double alpha,
      double dropout,
      Set<String> targets,
      boolean rankStabilized,
      int firstLayer) {
    this(rank, alpha, dropout, targets, rankStabilized, firstLayer, Map.of(), Map.of());
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
        settings.integer("lora_first_layer", firstLayer),
        rankPattern,
        alphaPattern);
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
    return new LoraConfig(
        rank, alpha, dropout, targets, rankStabilized, layer, rankPattern, alphaPattern);
  }

  /**
   * {@return the same with another dropout}
   *
   * @param probability in [0, 1)
   */
  public LoraConfig withDropout(double probability) {
    return new LoraConfig(
        rank, alpha, probability, targets, rankStabilized, firstLayer, rankPattern, alphaPattern);
  }

  /**
   * The same with another rank for some modules. Their alpha stays, so the scale changes with the
   * rank; {@link #withAlpha} keeps it.
   *
   * @param key of the modules, as for {@code rankPattern}; it counts before the keys that are there
   * @param value their r, ≥ 1
   * @return another configuration
   */
  public LoraConfig withRank(String key, int value) {
    return patterned(ModulePatterns.before(rankPattern, key, value), alphaPattern);
  }

  /**
   * The same with another alpha for some modules.
   *
   * @param key of the modules, as for {@code alphaPattern}; it counts before the keys that are
   *     there
   * @param value their scale numerator
   * @return another configuration
   */
  public LoraConfig withAlpha(String key, double value) {
    return patterned(rankPattern, ModulePatterns.before(alphaPattern, key, value));
  }

  private LoraConfig patterned(Map<String, Integer> ranks, Map<String, Double> alphas) {
    return new LoraConfig(rank, alpha, dropout, targets, rankStabilized, firstLayer, ranks, alphas);
  }

  /**
   * The same with a share of the adapter's effect: the model is then that share of the way from the
   * base to the adapted weights (WiSE-FT, Wortsman et al. 2022, arXiv 2109.01903).
   *
   * @param share in (0, 1]
   * @return another configuration, with every alpha multiplied by the share
   * @throws ConfigurationException if the share is out of its range
   */
  public LoraConfig scaled(double share) {
    if (!(share > 0 && share <= 1)) {
      throw new ConfigurationException("the adapter's scale must be in (0, 1], got " + share);
    }
    Map<String, Double> alphas = new LinkedHashMap<>(alphaPattern);
    alphas.replaceAll((key, value) -> value * share);
    return new LoraConfig(
        rank, alpha * share, dropout, targets, rankStabilized, firstLayer, rankPattern, alphas);
  }

  /**
   * {@return r of a module}
   *
   * @param module such as {@code model.layers.17.self_attn.q_proj}
   */
  public int rank(String module) {
    return ModulePatterns.first(rankPattern, module).orElse(rank);
  }

  /**
   * {@return the scale numerator of a module}
   *
   * @param module such as {@code model.layers.17.self_attn.q_proj}
   */
  public double alpha(String module) {
    return ModulePatterns.first(alphaPattern, module).orElse(alpha);
  }

  /**
   * {@return the factor on B·A·x of a module}
   *
   * @param module such as {@code model.layers.17.self_attn.q_proj}
   */
  public float scale(String module) {
    double divisor = rankStabilized ? Math.sqrt(rank(module)) : rank(module);
    return (float) (alpha(module) / divisor);
  }

  /**
   * {@return the keys of both patterns that match none of these modules, in order}
   *
   * @param modules all those with an adapter
   */
  public Set<String> idleKeys(Collection<String> modules) {
    Set<String> out = new LinkedHashSet<>();
    out.addAll(ModulePatterns.idle(rankPattern, modules));
    out.addAll(ModulePatterns.idle(alphaPattern, modules));
    return out;
  }
}
