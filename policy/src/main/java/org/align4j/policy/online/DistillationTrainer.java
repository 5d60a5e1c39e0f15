package org.align4j.policy.online;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.align4j.core.ConfigurationException;
import org.align4j.core.data.DataException;
import org.align4j.core.random.RandomStream;
import org.align4j.core.random.RandomStream.Purpose;
import org.align4j.policy.run.RunContext;
import org.align4j.policy.run.TrainingResult;
import org.align4j.policy.text.TokenizedDemonstration;
import org.align4j.policy.train.RunLoop;
import org.align4j.policy.train.StepRunner;
import org.align4j.policy.train.TrainingConfig;

/**
 * Generalised knowledge distillation (Agarwal et al. 2023, arXiv 2306.13649, Algorithm 1): each
 * round's completions are the student's own with probability λ, the recorded ones otherwise.
 */
public final class DistillationTrainer {
  private final StepRunner<TokenizedDemonstration> steps;
  private final Optional<RolloutSampler> sampler;
  private final double onPolicy;
  private final TrainingConfig config;
  private final RunContext context;

  /**
   * Prepares a run.
   *
   * @param steps of a distillation task
   * @param sampler of the student
   * @param onPolicy λ in [0, 1]
   * @param config of the optimizer
   * @param context output folder, listeners and cancellation
   * @throws ConfigurationException if λ is outside
   */
  public DistillationTrainer(
      StepRunner<TokenizedDemonstration> steps,
      RolloutSampler sampler,
      double onPolicy,
      TrainingConfig config,
      RunContext context) {
    this(steps, Optional.of(sampler), onPolicy, config, context);
  }

  /**
   * Prepares a run on recorded completions alone, λ = 0.
   *
   * @param steps of a distillation task
   * @param config of the optimizer
   * @param context output folder, listeners and cancellation
   */
  public DistillationTrainer(
      StepRunner<TokenizedDemonstration> steps, TrainingConfig config, RunContext context) {
    this(steps, Optional.empty(), 0, config, context);
  }

  private DistillationTrainer(
      StepRunner<TokenizedDemonstration> steps,
      Optional<RolloutSampler> sampler,
      double onPolicy,
      TrainingConfig config,
      RunContext context) {
    if (!(onPolicy >= 0 && onPolicy <= 1)) {
      throw new ConfigurationException("lmbda must be in [0, 1], got " + onPolicy);
    }
    this.steps = steps;
    this.sampler = sampler;
    this.onPolicy = onPolicy;
    this.config = config;
    this.context = context;
  }

  /**
   * A prompt, perhaps with its recorded completion.
   *
   * @param prompt what is completed
   * @param completion token ids; rows for rounds that are all on-policy need none
   */
  public record Row(OnlinePrompt prompt, Optional<int[]> completion) {
    /**
     * {@return a prompt without a recorded completion}
     *
     * @param prompt what is completed
     */
    public static Row of(OnlinePrompt prompt) {
      return new Row(prompt, Optional.empty());
    }

    /**
     * {@return a prompt with its recorded completion}
     *
     * @param prompt what is completed
     * @param completion token ids
     */
    public static Row of(OnlinePrompt prompt, int[] completion) {
      return new Row(prompt, Optional.of(completion));
    }

    /** {@return the row as something to learn from; it must have a completion} */
    public TokenizedDemonstration demonstration() {
      return new TokenizedDemonstration(prompt.source(), prompt.ids(), completion.orElseThrow());
    }
  }

  /**
   * Trains.
   *
   * @param rows what is learnt from, at least one
   * @param heldOut examples on which the divergence is measured after and every {@code eval_steps}
   *     rounds; may be empty
   * @param resume continue from the checkpoint in the output folder
   * @return steps and last metrics
   */
  public TrainingResult run(List<Row> rows, List<TokenizedDemonstration> heldOut, boolean resume) {
    for (Row row : rows) {
      if (onPolicy < 1 && row.completion().isEmpty()) {
        throw new DataException(
            row.prompt().source()
                + ": has no completion, which rounds that are not on-policy learn from; set"
                + " lmbda=1");
      }
    }
    return new RunLoop<Row>("distill", config, context).run(rows, resume, new Rounds(heldOut));
  }

  private final class Rounds implements RunLoop.Steps<Row> {
    private final List<TokenizedDemonstration> heldOut;

    Rounds(List<TokenizedDemonstration> heldOut) {
      this.heldOut = heldOut;
    }

    @Override
    public Optional<RunLoop.Done> run(List<Row> rows, double rate, long round) {
      return examples(rows, round)
          .map(
              examples ->
                  new RunLoop.Done(
                      steps.run(examples, rate, round),
                      examples.stream().mapToLong(TokenizedDemonstration::tokens).sum()));
    }

    @Override
    public StepRunner<TokenizedDemonstration> runner() {
      return steps;
    }

    @Override
    public Map<String, Double> evaluate() {
      return heldOut.isEmpty() ? Map.of() : steps.evaluate(heldOut);
    }
  }

  /** What a round learns from; empty if its sampling was stopped. */
  private Optional<List<TokenizedDemonstration>> examples(List<Row> rows, long round) {
    if (!isOnPolicy(round)) {
      return Optional.of(rows.stream().map(Row::demonstration).toList());
    }
    long seed = RandomStream.of(config.seed(), Purpose.SAMPLING).at(round).seed();
    List<OnlinePrompt> prompts = rows.stream().map(Row::prompt).toList();
    return sampler
        .orElseThrow()
        .sample(prompts, 1, seed, context.cancellation()::isCancelled)
        .map(
            rollouts ->
                rollouts.stream()
                    .map(
                        rollout ->
                            new TokenizedDemonstration(
                                rollout.prompt().source(),
                                rollout.prompt().ids(),
                                rollout.completion().ids()))
                    .toList());
  }

  /** With probability λ, each round on its own. */
  boolean isOnPolicy(long round) {
    RandomStream toss = RandomStream.of(config.seed(), Purpose.ON_POLICY).at(round);
    return toss.generator().nextDouble() < onPolicy;
  }
}
