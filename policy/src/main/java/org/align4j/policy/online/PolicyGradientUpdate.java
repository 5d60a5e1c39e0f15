package org.align4j.policy.online;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.align4j.core.ConfigurationException;
import org.align4j.core.advantage.AdvantageEstimator;
import org.align4j.core.advantage.ScoredCompletions;
import org.align4j.core.distillation.GeneralizedJsd;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.policygradient.ImportanceCorrection;
import org.align4j.core.policygradient.KlController;
import org.align4j.core.policygradient.KlEstimator;
import org.align4j.core.policygradient.KlMeasure;
import org.align4j.core.policygradient.PolicyGradientObjective;
import org.align4j.policy.backend.TokenStats;
import org.align4j.policy.model.ActorCritic;
import org.align4j.policy.model.FullDistribution;
import org.align4j.policy.model.LanguageModel;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.NextTokenLogits;
import org.align4j.policy.model.Reference;
import org.align4j.policy.task.MicroBatches;
import org.align4j.policy.task.PolicyGradientTask;
import org.align4j.policy.task.ScoredRollout;
import org.align4j.policy.text.TokenBatch;
import org.align4j.policy.train.StepRunner;
import org.align4j.policy.train.TrainingException;

/**
 * PPO, GRPO, RLOO, REINFORCE++: advantages from rewards, a KL penalty and perhaps a critic, then
 * several passes of optimizer steps over the round's completions.
 */
public final class PolicyGradientUpdate implements OnlineUpdate {
  /** Sampler and trainer share kernels; a mean difference beyond this is a broken setup. */
  private static final double MAX_MEAN_DIFFERENCE = 0.05;

  private static final String KL_COEFFICIENT = "kl_coef";

  private final LanguageModel policy;
  private final Optional<ActorCritic> critic;
  private final StepRunner<ScoredRollout> steps;
  private final AdvantageEstimator estimator;
  private final Settings settings;
  private final OnlineConfig config;

  /**
   * How rewards become advantages and ratios.
   *
   * @param temperature of the sampler
   * @param klWeight weight of the KL penalty in the reward; fixed at 0 when it is in the loss
   * @param klEstimator of that penalty; {@link KlMeasure#EXACT} sums over the vocabulary at every
   *     token
   * @param referenceInLoss whether rollouts carry reference log-probs for the objective
   * @param correction for a sampler that differs from the trainer
   * @param reference what the KL is taken to; with another model than the policy before training
   *     the penalty is a per-token reverse-KL reward: on-policy distillation
   */
  public record Settings(
      double temperature,
      KlController klWeight,
      KlMeasure klEstimator,
      boolean referenceInLoss,
      ImportanceCorrection correction,
      Reference reference) {

    /**
     * Checks that the KL and the correction are named.
     *
     * @param temperature of the sampler
     * @param klWeight weight of the KL penalty in the reward; fixed at 0 when it is in the loss
     * @param klEstimator of that penalty; {@link KlMeasure#EXACT} sums over the vocabulary at every
     *     token
     * @param referenceInLoss whether rollouts carry reference log-probs for the objective
     * @param correction for a sampler that differs from the trainer
     * @param reference what the KL is taken to; with another model than the policy before training
     *     the penalty is a per-token reverse-KL reward: on-policy distillation
     */
    public Settings {
      Objects.requireNonNull(klEstimator, "klEstimator");
      Objects.requireNonNull(correction, "correction");
    }

    /** A penalty in the reward, to a setup's reference. */
    static Settings inReward(
        double temperature,
        KlPenalty penalty,
        ImportanceCorrection correction,
        Reference reference) {
      return new Settings(
          temperature, penalty.controller(), penalty.estimator(), false, correction, reference);
    }

    /**
     * {@return no KL term, no reference and no correction, at a temperature}
     *
     * @param temperature of the sampler, &gt; 0
     */
    public static Settings withoutKl(double temperature) {
      return new Settings(
          temperature,
          KlController.fixed(0),
          KlEstimator.K1,
          false,
          ImportanceCorrection.OFF,
          Reference.none());
    }
  }

  /**
   * Prepares updates of a method that needs no critic.
   *
   * @param policy what is trained
   * @param steps of a {@link PolicyGradientTask} on the policy
   * @param estimator makes advantages of rewards
   * @param settings temperature, KL and correction
   * @param config of the run
   */
  public PolicyGradientUpdate(
      LanguageModel policy,
      StepRunner<ScoredRollout> steps,
      AdvantageEstimator estimator,
      Settings settings,
      OnlineConfig config) {
    this(policy, Optional.empty(), steps, estimator, settings, config);
  }

  /**
   * Prepares updates with a critic.
   *
   * @param critic policy and critic
   * @param steps of an actor-critic task on both
   * @param estimator makes advantages of rewards
   * @param settings temperature, KL and correction
   * @param config of the run
   */
  public PolicyGradientUpdate(
      ActorCritic critic,
      StepRunner<ScoredRollout> steps,
      AdvantageEstimator estimator,
      Settings settings,
      OnlineConfig config) {
    this(critic.policy(), Optional.of(critic), steps, estimator, settings, config);
  }

  /** The update of a method that needs no critic. */
  static PolicyGradientUpdate withoutCritic(
      OnlineSetup setup,
      String name,
      PolicyGradientObjective objective,
      AdvantageEstimator estimator,
      Settings settings) {
    PolicyGradientTask task =
        new PolicyGradientTask(setup.policy(), objective, settings.temperature());
    return new PolicyGradientUpdate(
        setup.policy(), setup.steps(name, task), estimator, settings, setup.config());
  }

  private PolicyGradientUpdate(
      LanguageModel policy,
      Optional<ActorCritic> critic,
      StepRunner<ScoredRollout> steps,
      AdvantageEstimator estimator,
      Settings settings,
      OnlineConfig config) {
    if (estimator.needsCritic() && critic.isEmpty()) {
      throw new IllegalArgumentException("these advantages need a critic");
    }
    Reference reference = settings.reference().requireFixed(policy);
    if ((settings.referenceInLoss() || settings.klWeight().value() > 0) && !reference.present()) {
      throw new ConfigurationException(
          "a KL term needs a reference: train an adapter, name a frozen copy of the policy, or"
              + " set the weight of the term to 0");
    }
    config.requireReferenceForBudget(reference.present());
    if (settings.klEstimator() == KlMeasure.EXACT
        && reference.present()
        && !(policy instanceof FullDistribution && reference.showsDistribution())) {
      throw new ConfigurationException(
          "the exact KL needs a policy and a reference whose whole distributions can be seen; name"
              + " an estimator");
    }
    this.policy = policy;
    this.critic = critic;
    this.steps = steps;
    this.estimator = estimator;
    this.settings = settings;
    this.config = config;
  }

  /** Per-token passes over a round, before anything is learnt from it. */
  private record Passes(
      List<double[]> old,
      List<double[]> reference,
      List<double[]> exactKl,
      List<double[]> values,
      List<double[]> weights) {}

  @Override
  public MetricSums update(List<Rollout> rollouts, double[] rewards, double rate, long round) {
    MetricSums metrics = new MetricSums();
    Passes passes = passes(rollouts, metrics);
    List<double[]> penalties = penalties(passes, metrics);
    AdvantageEstimator.Estimate estimate =
        estimator.estimate(
            new ScoredCompletions(rewards, penalties, passes.values(), config.generations()));
    List<ScoredRollout> scored = new ArrayList<>(rollouts.size());
    for (int i = 0; i < rollouts.size(); i++) {
      scored.add(scored(rollouts.get(i), i, passes, estimate));
    }
    List<List<ScoredRollout>> groups = new ArrayList<>();
    for (int from = 0; from < scored.size(); from += config.generations()) {
      groups.add(scored.subList(from, Math.min(scored.size(), from + config.generations())));
    }
    MetricSums out = new RoundPasses<>(steps, config).learn(groups, rate, round);
    // After learning: a round that fails there leaves the weight as it was.
    double kl = metrics.means().getOrDefault("objective/kl", 0.0);
    settings.klWeight().update(kl, rollouts.size());
    out.merge(metrics);
    for (int i = 0; i < rewards.length; i++) {
      double penalty = Arrays.stream(penalties.get(i)).sum();
      out.add("objective/non_score_reward", -penalty, 1);
      out.add("objective/rlhf_reward", rewards[i] - penalty, 1);
    }
    out.add("objective/kl_coef", settings.klWeight().value(), 1);
    return out;
  }

  /** The round's completion number i with its part of the passes. */
  private ScoredRollout scored(
      Rollout rollout, int i, Passes passes, AdvantageEstimator.Estimate estimate) {
    ScoredRollout out =
        new ScoredRollout(
            rollout.prompt().source(),
            rollout.prompt().ids(),
            rollout.completion().ids(),
            passes.old().get(i),
            estimate.advantages().get(i));
    if (settings.referenceInLoss()) {
      out = out.withReference(passes.reference().get(i));
    }
    if (!passes.weights().isEmpty()) {
      out = out.withImportance(passes.weights().get(i));
    }
    return critic.isEmpty()
        ? out
        : out.withCritique(passes.values().get(i), estimate.returns().get(i));
  }

  /** Log-probs, reference and values over parts of the round, sharing prompts. */
  private Passes passes(List<Rollout> rollouts, MetricSums metrics) {
    List<double[]> old = new ArrayList<>(rollouts.size());
    List<double[]> reference = new ArrayList<>(rollouts.size());
    List<double[]> exactKl = new ArrayList<>(rollouts.size());
    List<double[]> values = new ArrayList<>(rollouts.size());
    List<double[]> sampler =
        rollouts.stream().map(rollout -> rollout.completion().logProbs()).toList();
    boolean recompute = settings.correction().active() || critic.isPresent();
    for (List<Rollout> part :
        MicroBatches.cut(
            rollouts,
            rollout -> rollout.prompt().ids().length + rollout.tokens(),
            config.training().microBatchTokens())) {
      TokenBatch batch = Rollout.batch(part);
      if (settings.reference().present()) {
        TokenStats stats = settings.reference().forward(batch, settings.temperature());
        reference.addAll(batch.slices(stats.logProbs()));
      }
      if (settings.klEstimator() == KlMeasure.EXACT && !reference.isEmpty()) {
        exactKl.addAll(exactKl(batch));
      }
      if (critic.isPresent()) {
        ActorCritic.Pass pass = critic.get().forward(batch, Mode.EVALUATE, settings.temperature());
        old.addAll(batch.slices(pass.stats().logProbs()));
        values.addAll(batch.slices(pass.values()));
      } else if (recompute) {
        TokenStats stats = policy.forward(batch, Mode.EVALUATE, settings.temperature());
        old.addAll(batch.slices(stats.logProbs()));
      }
    }
    if (!recompute) {
      return new Passes(sampler, reference, exactKl, values, List.of());
    }
    compare(old, sampler, metrics);
    if (!settings.correction().active()) {
      return new Passes(old, reference, exactKl, values, List.of());
    }
    ImportanceCorrection.Weights weights = settings.correction().weights(old, sampler);
    metrics.add("sampling/importance_sampling_ratio/outside", weights.outside(), 1);
    return new Passes(old, reference, exactKl, values, weights.weights());
  }

  /** KL(policy ‖ reference) of the next-token distribution at every token, in nats. */
  private List<double[]> exactKl(TokenBatch batch) {
    GeneralizedJsd divergence = new GeneralizedJsd(1, settings.temperature(), 0);
    FullDistribution distribution = (FullDistribution) policy;
    try (NextTokenLogits reference = settings.reference().logits(batch)) {
      return batch.slices(distribution.divergence(batch, Mode.EVALUATE, reference, divergence));
    }
  }

  private static void compare(List<double[]> trainer, List<double[]> sampler, MetricSums metrics) {
    for (int i = 0; i < trainer.size(); i++) {
      for (int t = 0; t < trainer.get(i).length; t++) {
        double difference = Math.abs(trainer.get(i)[t] - sampler.get(i)[t]);
        metrics.add("sampling/sampling_logp_difference/mean", difference, 1);
        metrics.max("sampling/sampling_logp_difference/max", difference);
      }
    }
    double mean = metrics.means().get("sampling/sampling_logp_difference/mean");
    if (!(mean <= MAX_MEAN_DIFFERENCE)) {
      throw new TrainingException(
          "the trainer's log-probs differ from the sampler's by "
              + mean
              + " on average; they must come from the same weights and temperature");
    }
  }

  /** β · KL of each token; zeros without a reference or with β = 0. */
  private List<double[]> penalties(Passes passes, MetricSums metrics) {
    List<double[]> out = new ArrayList<>(passes.old().size());
    double weight = settings.klWeight().value();
    for (int i = 0; i < passes.old().size(); i++) {
      double[] row = new double[passes.old().get(i).length];
      if (!passes.reference().isEmpty()) {
        double[] exact = passes.exactKl().isEmpty() ? null : passes.exactKl().get(i);
        double kl = 0;
        for (int t = 0; t < row.length; t++) {
          double d = passes.old().get(i)[t] - passes.reference().get(i)[t];
          row[t] =
              weight * (settings.klEstimator() instanceof KlEstimator k ? k.value(d) : exact[t]);
          kl += exact == null ? KlEstimator.K1.value(d) : exact[t];
        }
        // Summed over a completion's tokens, as TRL's objective/kl, which is the k1 estimate.
        metrics.add("objective/kl", kl, 1);
      }
      out.add(row);
    }
    return out;
  }

  @Override
  public boolean takesWhole(long tokens) {
    return config.miniBatches() == 1 && tokens <= config.training().microBatchTokens();
  }

  @Override
  public StepRunner<ScoredRollout> runner() {
    return steps;
  }

  @Override
  public Map<String, Double> state() {
    return Map.of(KL_COEFFICIENT, settings.klWeight().value());
  }

  @Override
  public void restore(Map<String, Double> state) {
    settings.klWeight().restore(state.get(KL_COEFFICIENT));
  }
}
