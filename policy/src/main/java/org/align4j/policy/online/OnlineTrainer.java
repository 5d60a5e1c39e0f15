package org.align4j.policy.online;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.align4j.core.advantage.GroupBaseline;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.random.RandomStream;
import org.align4j.core.random.RandomStream.Purpose;
import org.align4j.core.reward.ComposedReward;
import org.align4j.core.reward.RewardFunction;
import org.align4j.policy.run.Round;
import org.align4j.policy.run.RunContext;
import org.align4j.policy.run.TrainingResult;
import org.align4j.policy.train.RunLoop;
import org.align4j.policy.train.StepRunner;
import org.align4j.policy.train.TrainingException;

/** The loop of online training: sample, reward, learn, log. */
public final class OnlineTrainer {
  private final String name;
  private final RolloutSampler sampler;
  private final RewardFunction reward;
  private final OnlineUpdate update;
  private final OnlineConfig config;
  private final RunContext context;

  /**
   * Prepares a run.
   *
   * @param name of the run, the phase in logs
   * @param sampler of the policy
   * @param reward one number a completion
   * @param update what learns from a round
   * @param config of the run
   * @param context output folder, listeners and cancellation
   */
  public OnlineTrainer(
      String name,
      RolloutSampler sampler,
      RewardFunction reward,
      OnlineUpdate update,
      OnlineConfig config,
      RunContext context) {
    this.name = name;
    this.sampler = sampler;
    this.reward = reward;
    this.update = update;
    this.config = config;
    this.context = context;
  }

  /**
   * Trains from the beginning.
   *
   * @param prompts at least one
   * @return steps and last metrics
   */
  public TrainingResult run(List<OnlinePrompt> prompts) {
    return run(prompts, false);
  }

  /**
   * Trains.
   *
   * @param prompts at least one
   * @param resume go on from the checkpoint in the output folder; the result is the same bit by bit
   * @return steps and last metrics
   */
  public TrainingResult run(List<OnlinePrompt> prompts, boolean resume) {
    return new RunLoop<OnlinePrompt>(name, config.training(), context)
        .run(prompts, resume, new Rounds());
  }

  private final class Rounds implements RunLoop.Steps<OnlinePrompt> {
    @Override
    public StepRunner<?> runner() {
      return update.runner();
    }

    @Override
    public Optional<RunLoop.Done> run(List<OnlinePrompt> prompts, double rate, long round) {
      return round(prompts, round, rate);
    }

    @Override
    public Map<String, Double> state() {
      return update.state();
    }

    @Override
    public void restore(Map<String, Double> state) {
      update.restore(state);
    }

    @Override
    public boolean ends(Map<String, Double> metrics) {
      return config.klBudget() > 0 && metrics.getOrDefault("objective/kl", 0.0) > config.klBudget();
    }
  }

  /** Samples, rewards and learns; empty if the sampling was stopped. */
  private Optional<RunLoop.Done> round(List<OnlinePrompt> prompts, long round, double rate) {
    long began = System.nanoTime();
    long seed = RandomStream.of(config.training().seed(), Purpose.SAMPLING).at(round).seed();
    Optional<List<Rollout>> sampled =
        sampler.sampleFor(
            update, prompts, config.generations(), seed, context.cancellation()::isCancelled);
    if (sampled.isEmpty()) {
      return Optional.empty();
    }
    List<Rollout> rollouts = sampled.get();
    MetricSums sums = new MetricSums();
    sums.add("sampling_time", (System.nanoTime() - began) / 1e9, 1);
    double[] rewards = rewards(rollouts, sums);
    describe(rollouts, rewards, sums);
    sums.merge(update.update(rollouts, rewards, rate, round));
    sums.add("step_time", (System.nanoTime() - began) / 1e9, 1);
    Round over = round(rollouts, rewards, round);
    context.listeners().forEach(listener -> listener.onRound(over));
    long tokens =
        rollouts.stream()
            .mapToLong(rollout -> rollout.prompt().ids().length + rollout.tokens())
            .sum();
    return Optional.of(new RunLoop.Done(sums, tokens));
  }

  private static Round round(List<Rollout> rollouts, double[] rewards, long number) {
    List<Round.Sample> samples = new ArrayList<>(rollouts.size());
    for (int i = 0; i < rewards.length; i++) {
      Rollout rollout = rollouts.get(i);
      samples.add(new Round.Sample(rollout.prompt().text(), rollout.text(), rewards[i]));
    }
    return new Round(number, samples);
  }

  private double[] rewards(List<Rollout> rollouts, MetricSums sums) {
    List<String> prompts = rollouts.stream().map(rollout -> rollout.prompt().text()).toList();
    List<String> completions = rollouts.stream().map(Rollout::text).toList();
    double[] out;
    if (reward instanceof ComposedReward composed) {
      Map<String, double[]> parts = composed.parts(prompts, completions);
      parts.forEach((part, values) -> describe("rewards/" + part, values, sums));
      out = composed.combine(parts);
    } else {
      out = reward.rewards(prompts, completions).clone();
    }
    if (out.length != rollouts.size()) {
      throw new TrainingException(
          "the reward function returned "
              + out.length
              + " values for "
              + rollouts.size()
              + " completions");
    }
    for (int i = 0; i < out.length; i++) {
      if (!Double.isFinite(out[i])) {
        throw new TrainingException(
            rollouts.get(i).prompt().source() + ": the reward is " + out[i]);
      }
      if (config.rewardClip() > 0) {
        out[i] = Math.max(-config.rewardClip(), Math.min(config.rewardClip(), out[i]));
      }
      if (!rollouts.get(i).terminated()) {
        out[i] -= config.missingEosPenalty();
      }
    }
    return out;
  }

  private static void describe(String part, double[] values, MetricSums sums) {
    double mean = Arrays.stream(values).average().orElse(0);
    double variance = Arrays.stream(values).map(x -> (x - mean) * (x - mean)).average().orElse(0);
    sums.add(part + "/mean", mean, values.length);
    sums.add(part + "/std", Math.sqrt(variance), values.length);
  }

  /** Reward, degeneracy and length: what shows dead groups, hacking and collapse. */
  private void describe(List<Rollout> rollouts, double[] rewards, MetricSums sums) {
    GroupBaseline groups = new GroupBaseline(config.generations());
    double prompts = (double) rewards.length / config.generations();
    for (double reward : rewards) {
      sums.add("reward", reward, 1);
    }
    sums.add("reward_std", groups.meanDeviation(rewards), prompts);
    sums.add("frac_reward_zero_std", groups.degenerateShare(rewards), prompts);
    for (Rollout rollout : rollouts) {
      int length = rollout.tokens();
      sums.add("completions/mean_length", length, 1);
      sums.min("completions/min_length", length);
      sums.max("completions/max_length", length);
      sums.add("completions/clipped_ratio", rollout.terminated() ? 0 : 1, 1);
      sums.add("completions/mean_terminated_length", length, rollout.terminated() ? 1 : 0);
    }
  }
}
