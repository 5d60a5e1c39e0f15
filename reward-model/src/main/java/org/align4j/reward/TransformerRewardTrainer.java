package org.align4j.reward;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.align4j.core.ConfigurationException;
import org.align4j.core.data.PreferencePair;
import org.align4j.core.objective.BradleyTerryLoss;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.run.RunContext;
import org.align4j.policy.run.TrainingListener;
import org.align4j.policy.run.TrainingResult;
import org.align4j.policy.text.LengthPolicy;
import org.align4j.policy.text.Tokenization;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingConfigBuilder;
import org.align4j.policy.train.TrainingLoop;
import org.align4j.reward.transformer.RewardPair;
import org.align4j.reward.transformer.RewardTask;

/**
 * Trains a {@link TransformerReward} as TRL's {@code RewardTrainer} does. Add an adapter to the
 * base or let all of its weights be trained first; otherwise the head alone is trained.
 */
public final class TransformerRewardTrainer implements RewardTrainer {
  /** TRL's RewardConfig. */
  public static final double LEARNING_RATE = 1e-4;

  private static final String NAME = "reward";
  private static final int MAX_LENGTH = 1024;

  private final PolicyModel base;
  private TrainingConfig config = TrainingConfig.defaults(LEARNING_RATE);
  private BradleyTerryLoss loss = new BradleyTerryLoss(0);
  private LengthPolicy lengths = new LengthPolicy(MAX_LENGTH, LengthPolicy.Mode.DROP);
  private boolean wrapStrings = true;
  private Map<String, Double> margins = Map.of();
  private List<PreferencePair> heldOut = List.of();
  private Map<String, Double> heldOutMargins = Map.of();
  private RunContext context = RunContext.of(Path.of("runs", NAME));
  private boolean resume;
  private TrainingResult result;

  TransformerRewardTrainer(PolicyModel base) {
    this.base = base;
  }

  /**
   * Changes the configuration; the rest keeps TRL's defaults.
   *
   * @param changes sets what is to differ
   * @return this trainer
   */
  public TransformerRewardTrainer config(UnaryOperator<TrainingConfigBuilder> changes) {
    return config(changes.apply(config.toBuilder()).build());
  }

  /**
   * Sets the whole configuration; its seed also draws the head's first values.
   *
   * @param value all settings
   * @return this trainer
   */
  public TransformerRewardTrainer config(TrainingConfig value) {
    config = value;
    return this;
  }

  /**
   * Sets the pairwise loss; by default it does not centre rewards.
   *
   * @param value on pairs of scores
   * @return this trainer
   */
  public TransformerRewardTrainer loss(BradleyTerryLoss value) {
    loss = value;
    return this;
  }

  /**
   * Sets what happens to pairs that are too long; by default those of more than 1024 tokens are
   * left out.
   *
   * @param value limit, and what happens beyond it
   * @return this trainer
   * @throws ConfigurationException as {@link #requireWholeCompletions}
   */
  public TransformerRewardTrainer lengths(LengthPolicy value) {
    requireWholeCompletions(value);
    lengths = value;
    return this;
  }

  /**
   * Refuses a policy that cuts completions: the score of a part says nothing about the whole.
   *
   * @param policy limit, and what happens beyond it
   * @throws ConfigurationException names the policies that leave completions whole
   */
  public static void requireWholeCompletions(LengthPolicy policy) {
    if (policy.mode() == LengthPolicy.Mode.KEEP_START) {
      throw new ConfigurationException(
          "truncation_mode=keep_start would score answers that were cut; expected drop, error or"
              + " keep_end, which cuts the prompt");
    }
  }

  /**
   * Sets whether plain strings become a user's and an assistant's turn if the model has a chat
   * template, as by default; otherwise they are raw text.
   *
   * @param value whether they do
   * @return this trainer
   */
  public TransformerRewardTrainer wrapStringsAsChat(boolean value) {
    wrapStrings = value;
    return this;
  }

  /**
   * Sets by how much the scores of pairs should differ at least.
   *
   * @param bySource margins by {@link PreferencePair#source}; 0 for pairs that are not there
   * @return this trainer
   */
  public TransformerRewardTrainer margins(Map<String, Double> bySource) {
    margins = Map.copyOf(bySource);
    return this;
  }

  /**
   * Sets held-out pairs, which are evaluated every {@code eval_steps} steps and at the end.
   *
   * @param pairs of the kind that is trained on
   * @param marginsBySource as for {@link #margins}
   * @return this trainer
   */
  public TransformerRewardTrainer evaluateOn(
      List<PreferencePair> pairs, Map<String, Double> marginsBySource) {
    heldOut = List.copyOf(pairs);
    heldOutMargins = Map.copyOf(marginsBySource);
    return this;
  }

  /**
   * Sets the folder of checkpoints and of the batch dumped on a failure; {@code runs/reward}.
   *
   * @param folder is made if it is not there
   * @return this trainer
   */
  public TransformerRewardTrainer output(Path folder) {
    context = new RunContext(folder, context.listeners(), context.cancellation());
    return this;
  }

  /**
   * Adds listeners.
   *
   * @param more are told after those that were added before
   * @return this trainer
   */
  public TransformerRewardTrainer listen(TrainingListener... more) {
    List<TrainingListener> all = new ArrayList<>(context.listeners());
    all.addAll(List.of(more));
    context = new RunContext(context.output(), all, context.cancellation());
    return this;
  }

  /**
   * Sets the output folder, the listeners and what ends the run early.
   *
   * @param value replaces {@link #output} and {@link #listen}
   * @return this trainer
   */
  public TransformerRewardTrainer context(RunContext value) {
    context = value;
    return this;
  }

  /**
   * Sets whether to go on from the checkpoint in the output folder.
   *
   * @param value whether to
   * @return this trainer
   */
  public TransformerRewardTrainer resume(boolean value) {
    resume = value;
    return this;
  }

  @Override
  public TransformerReward fit(List<PreferencePair> pairs) {
    TransformerReward reward = TransformerReward.fromLanguageModel(base, config.seed());
    Tokenization tokenization = new Tokenization(base.text(), lengths, wrapStrings);
    List<RewardPair> training = tokenized(tokenization, pairs, margins);
    List<RewardPair> evaluation =
        heldOut.isEmpty() ? List.of() : tokenized(tokenization, heldOut, heldOutMargins);
    result =
        new TrainingLoop<>(
                NAME,
                new RewardTask(reward.model(), loss),
                config,
                base.transformer().backend(),
                context)
            .run(training, evaluation, resume);
    return reward;
  }

  private static List<RewardPair> tokenized(
      Tokenization tokenization, List<PreferencePair> pairs, Map<String, Double> margins) {
    return tokenization.pairs(pairs).stream()
        .map(pair -> new RewardPair(pair, margins.getOrDefault(pair.source(), 0.0)))
        .toList();
  }

  /**
   * {@return steps and metrics of the last {@link #fit}}
   *
   * @throws IllegalStateException before the first
   */
  public TrainingResult result() {
    if (result == null) {
      throw new IllegalStateException("nothing has been trained yet");
    }
    return result;
  }
}
