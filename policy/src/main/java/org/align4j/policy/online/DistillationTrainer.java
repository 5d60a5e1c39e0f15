package org.align4j.policy.online;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.align4j.policy.train.StepRunner;
import org.align4j.policy.train.TokenizedDemonstration;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingLoop;

/**
 * Generalised knowledge distillation (Agarwal et al. 2023, arXiv 2306.13649, Algorithm 1): each
 * round's completions are the student's own with probability λ, the recorded ones otherwise.
 */
public final class DistillationTrainer {
  private final StepRunner<TokenizedDemonstration> steps;
  private final RolloutSampler sampler;
  private final double onPolicy;
  private final TrainingConfig config;
  private final TrainingLoop.Surroundings surroundings;

  /**
   * Prepares a run.
   *
   * @param steps of a distillation task
   * @param sampler of the student; null if {@code onPolicy} is 0
   * @param onPolicy λ in [0, 1]
   */
  public DistillationTrainer(
      StepRunner<TokenizedDemonstration> steps,
      RolloutSampler sampler,
      double onPolicy,
      TrainingConfig config,
      TrainingLoop.Surroundings surroundings) {
    if (!(onPolicy >= 0 && onPolicy <= 1)) {
      throw new IllegalArgumentException("lmbda must be in [0, 1], got " + onPolicy);
    }
    if (onPolicy > 0 && sampler == null) {
      throw new IllegalArgumentException("on-policy distillation needs a sampler");
    }
    this.steps = steps;
    this.sampler = sampler;
    this.onPolicy = onPolicy;
    this.config = config;
    this.surroundings = surroundings;
  }

  /**
   * A prompt with its recorded completion.
   *
   * @param completion token ids; may be null where all rounds are on-policy
   */
  public record Row(OnlinePrompt prompt, int[] completion) {
    /** The row as something to learn from; it must have a completion. */
    public TokenizedDemonstration demonstration() {
      return new TokenizedDemonstration(prompt.source(), prompt.ids(), completion);
    }
  }

  /**
   * Trains.
   *
   * @param heldOut examples on which the divergence is measured before, after and every {@code
   *     eval_steps} rounds; may be empty
   * @param resume continue from the checkpoint in the output folder
   */
  public TrainingLoop.Result run(
      List<Row> rows, List<TokenizedDemonstration> heldOut, boolean resume) {
    for (Row row : rows) {
      if (onPolicy < 1 && row.completion() == null) {
        throw new IllegalArgumentException(
            row.prompt().source()
                + ": has no completion, which rounds that are not on-policy learn from; set"
                + " lmbda=1");
      }
    }
    RoundLoop.Rounds<Row> rounds =
        new RoundLoop.Rounds<>() {
          @Override
          public Map<String, Double> run(List<Row> items, double rate, long round) {
            return steps.run(examples(items, round), rate, round);
          }

          @Override
          public void save(long round) {
            steps.save(round);
          }

          @Override
          public long load() {
            return steps.load();
          }

          @Override
          public boolean ends(Map<String, Double> metrics) {
            return false;
          }

          @Override
          public Map<String, Double> evaluate() {
            return heldOut.isEmpty() ? Map.of() : steps.evaluate(heldOut);
          }
        };
    return new RoundLoop<Row>("distill", "loss", config, surroundings).run(rows, resume, rounds);
  }

  private List<TokenizedDemonstration> examples(List<Row> rows, long round) {
    long seed = config.seed() * 1_000_003 + round;
    List<TokenizedDemonstration> out = new ArrayList<>(rows.size());
    if (new Random(seed).nextDouble() < onPolicy) {
      List<OnlinePrompt> prompts = rows.stream().map(Row::prompt).toList();
      for (Rollout rollout : sampler.sample(prompts, 1, seed)) {
        out.add(
            new TokenizedDemonstration(
                rollout.prompt().source(), rollout.prompt().ids(), rollout.completion().ids()));
      }
    } else {
      for (Row row : rows) {
        out.add(row.demonstration());
      }
    }
    return out;
  }
}
