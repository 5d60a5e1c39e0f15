package org.align4j.policy.online;

import org.align4j.core.ConfigurationException;
import org.align4j.core.distillation.GeneralizedJsd;
import org.align4j.core.run.Settings;
import org.align4j.policy.generate.SamplingParams;

/**
 * Generalised knowledge distillation (Agarwal et al. 2023, arXiv 2306.13649); defaults of TRL's
 * {@code GKDConfig}.
 *
 * @param divergence from the teacher's next-token distribution
 * @param onPolicy {@code lmbda}, probability that a round learns from the student's own completions
 *     and not from recorded ones, in [0, 1]
 * @param imitate {@code seq_kd}, whether the teacher's likeliest answers take the place of recorded
 *     ones; only with {@code onPolicy} below 1
 * @param maxNewTokens {@code max_new_tokens}, most tokens of a completion that is written
 * @param temperature at which the student writes, &gt; 0
 * @param teacherSystemPrompt system turn that the teacher gets instead of the student's; empty =
 *     none. The student learns to answer as if it had it
 */
public record DistillationConfig(
    GeneralizedJsd divergence,
    double onPolicy,
    boolean imitate,
    int maxNewTokens,
    double temperature,
    String teacherSystemPrompt) {

  /**
   * Checks the options against each other.
   *
   * @param divergence from the teacher's next-token distribution
   * @param onPolicy {@code lmbda}, probability that a round learns from the student's own
   *     completions and not from recorded ones, in [0, 1]
   * @param imitate {@code seq_kd}, whether the teacher's likeliest answers take the place of
   *     recorded ones; only with {@code onPolicy} below 1
   * @param maxNewTokens {@code max_new_tokens}, most tokens of a completion that is written
   * @param temperature at which the student writes, &gt; 0
   * @param teacherSystemPrompt system turn that the teacher gets instead of the student's; empty =
   *     none. The student learns to answer as if it had it
   */
  public DistillationConfig {
    if (!(onPolicy >= 0 && onPolicy <= 1)) {
      throw new ConfigurationException("lmbda must be in [0, 1], got " + onPolicy);
    }
    if (imitate && onPolicy == 1) {
      throw new ConfigurationException("seq_kd has no effect with lmbda 1; leave it out");
    }
    RolloutSampler.requireUnfiltered(SamplingParams.unfiltered(maxNewTokens, temperature));
  }

  /** {@return TRL's defaults: half of the rounds on-policy, β 0.5} */
  public static DistillationConfig defaults() {
    return new DistillationConfig(new GeneralizedJsd(0.5, 1, 0), 0.5, false, 128, 0.9, "");
  }

  /**
   * {@return the same with another share of on-policy rounds}
   *
   * @param share λ in [0, 1]
   */
  public DistillationConfig onPolicy(double share) {
    return new DistillationConfig(
        divergence, share, imitate, maxNewTokens, temperature, teacherSystemPrompt);
  }

  /**
   * {@return the same with a system turn for the teacher}
   *
   * @param text empty = none
   */
  public DistillationConfig teacherSystemPrompt(String text) {
    return new DistillationConfig(divergence, onPolicy, imitate, maxNewTokens, temperature, text);
  }

  /**
   * {@return the settings that are given, by the names in docs/settings.md, at TRL's defaults}
   *
   * @param settings what a user set
   */
  public static DistillationConfig read(Settings settings) {
    DistillationConfig defaults = defaults();
    double share = settings.number("lmbda", defaults.onPolicy);
    boolean imitate = settings.when(share < 1, "with lmbda below 1").flag("seq_kd", false);
    Settings sampled = settings.when(share > 0, "with lmbda above 0");
    Settings written = settings.when(share > 0 || imitate, "with lmbda above 0 or seq_kd=true");
    return new DistillationConfig(
        new GeneralizedJsd(
            settings.number("beta", 0.5),
            settings.number("distillation_temperature", 1),
            settings.integer("distillation_top_k", 0)),
        share,
        imitate,
        written.integer("max_new_tokens", defaults.maxNewTokens),
        sampled.number("temperature", defaults.temperature),
        settings.text("teacher_system_prompt", ""));
  }

  /** {@return whether recorded completions are not looked at, so that prompts alone suffice} */
  public boolean needsPromptsOnly() {
    return onPolicy == 1 || imitate;
  }
}
