package org.align4j.policy.online;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.align4j.core.advantage.GroupBaseline;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.reward.RewardFunction;
import org.align4j.core.run.Progress;
import org.align4j.policy.train.DataOrder;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingLoop;

/** The loop of online training: sample, reward, learn, log. */
public final class OnlineTrainer {
  private final String name;
  private final RolloutSampler sampler;
  private final RewardFunction reward;
  private final OnlineUpdate update;
  private final OnlineConfig config;
  private final TrainingLoop.Surroundings surroundings;

  /**
   * A round that is over, for those who want to look at it.
   *
   * @param number from 0
   * @param rewards one a completion, after penalties and clipping
   */
  public record Round(
      long number, List<Rollout> rollouts, double[] rewards, Map<String, Double> metrics) {}

  /** Prepares a run. */
  public OnlineTrainer(
      String name,
      RolloutSampler sampler,
      RewardFunction reward,
      OnlineUpdate update,
      OnlineConfig config,
      TrainingLoop.Surroundings surroundings) {
    this.name = name;
    this.sampler = sampler;
    this.reward = reward;
    this.update = update;
    this.config = config;
    this.surroundings = surroundings;
  }

  /** Trains from the beginning. */
  public TrainingLoop.Result run(List<OnlinePrompt> prompts) {
    return run(prompts, false, round -> {});
  }

  /**
   * Trains.
   *
   * @param resume continue from the checkpoint in the output folder
   * @param listener told of each round
   */
  public TrainingLoop.Result run(
      List<OnlinePrompt> prompts, boolean resume, Consumer<Round> listener) {
    TrainingConfig training = config.training();
    DataOrder<OnlinePrompt> order = new DataOrder<>(prompts, training);
    long total = training.totalSteps(prompts.size());
    long round = resume ? update.load() : 0;
    long start = System.nanoTime();
    Map<String, Double> last = Map.of();
    boolean stopped = false;
    try (Progress bar = surroundings.progress().start(name, total)) {
      bar.step(round);
      while (round < total && !stopped && !surroundings.stop().getAsBoolean()) {
        double used =
            training.maxSeconds() == 0
                ? 0
                : (System.nanoTime() - start) / 1e9 / training.maxSeconds();
        if (used >= 1) {
          stopped = true;
          continue;
        }
        last = round(order.step(round), round, rate(round, used, total), listener);
        round++;
        bar.step(1);
        bar.note(String.format(Locale.ROOT, "reward %.3f", last.get("reward")));
        if (surroundings.metrics() != null && round % training.loggingSteps() == 0) {
          surroundings.metrics().write(name, round, last);
        }
        if (training.saveSteps() > 0 && round % training.saveSteps() == 0) {
          update.save(round);
        }
        stopped =
            config.klBudget() > 0 && last.getOrDefault("objective/kl", 0.0) > config.klBudget();
      }
    }
    if (training.saveSteps() > 0) {
      update.save(round);
    }
    return new TrainingLoop.Result(round, round < total, last, Map.of());
  }

  private double rate(long round, double used, long total) {
    TrainingConfig training = config.training();
    long warmup = Math.round(training.warmupRatio() * total);
    long scheduled = Math.max(round, (long) (used * total));
    return training.learningRate() * training.schedule().factor(scheduled, warmup, total);
  }

  private Map<String, Double> round(
      List<OnlinePrompt> prompts, long round, double rate, Consumer<Round> listener) {
    long began = System.nanoTime();
    List<Rollout> rollouts =
        sampler.sample(prompts, config.generations(), config.training().seed() * 1_000_003 + round);
    double[] rewards = rewards(rollouts);
    Map<String, Double> metrics = new LinkedHashMap<>(described(rollouts, rewards));
    metrics.putAll(update.update(rollouts, rewards, rate, round));
    metrics.put("step_time", (System.nanoTime() - began) / 1e9);
    listener.accept(new Round(round, rollouts, rewards, metrics));
    return metrics;
  }

  private double[] rewards(List<Rollout> rollouts) {
    double[] out =
        reward.rewards(
            rollouts.stream().map(rollout -> rollout.prompt().text()).toList(),
            rollouts.stream().map(Rollout::text).toList());
    if (out.length != rollouts.size()) {
      throw new IllegalStateException(
          "the reward function returned "
              + out.length
              + " values for "
              + rollouts.size()
              + " completions");
    }
    for (int i = 0; i < out.length; i++) {
      if (!Double.isFinite(out[i])) {
        throw new IllegalStateException(
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

  /** Reward, degeneracy and length: what shows dead groups, hacking and collapse. */
  private Map<String, Double> described(List<Rollout> rollouts, double[] rewards) {
    MetricSums sums = new MetricSums();
    GroupBaseline groups = new GroupBaseline(config.generations());
    sums.add("reward", Arrays.stream(rewards).average().orElse(0), 1);
    sums.add("reward_std", groups.meanDeviation(rewards), 1);
    sums.add("frac_reward_zero_std", groups.degenerateShare(rewards), 1);
    for (Rollout rollout : rollouts) {
      int length = rollout.tokens();
      sums.add("completions/mean_length", length, 1);
      sums.min("completions/min_length", length);
      sums.max("completions/max_length", length);
      sums.add("completions/clipped_ratio", rollout.terminated() ? 0 : 1, 1);
      sums.add("completions/mean_terminated_length", length, rollout.terminated() ? 1 : 0);
    }
    return sums.means();
  }
}
