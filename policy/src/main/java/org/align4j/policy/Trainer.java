package org.align4j.policy;

import static org.align4j.core.ConfigurationException.require;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.align4j.core.ConfigurationException;
import org.align4j.core.data.Demonstration;
import org.align4j.core.data.PreferencePair;
import org.align4j.core.data.SoftTarget;
import org.align4j.core.data.UnpairedExample;
import org.align4j.core.objective.PreferenceObjective;
import org.align4j.core.objective.SftLoss;
import org.align4j.core.objective.UnpairedObjective;
import org.align4j.core.reward.RewardFunction;
import org.align4j.policy.generate.Sampler;
import org.align4j.policy.model.DistributionLearner;
import org.align4j.policy.model.FullDistribution;
import org.align4j.policy.model.LanguageModel;
import org.align4j.policy.model.Reference;
import org.align4j.policy.online.DistillationConfig;
import org.align4j.policy.online.OnlineMethod;
import org.align4j.policy.online.OnlinePrompt;
import org.align4j.policy.run.CancellationToken;
import org.align4j.policy.run.TrainingListener;
import org.align4j.policy.run.TrainingResult;
import org.align4j.policy.text.LengthPolicy;
import org.align4j.policy.text.TokenizedPair;
import org.align4j.policy.train.LearningRates;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingConfigBuilder;

/**
 * Trains a {@link ChatModel}. The factory methods name the kind of training; the other methods set
 * options and return the trainer; {@link #fit} trains.
 *
 * <pre>{@code
 * Trainer.preference(model, DpoObjective.sigmoid(0.1))
 *     .config(c -> c.learningRate(1e-4).maxSteps(200))
 *     .output(Path.of("runs/dpo"))
 *     .fit(TrlRows.preferences(Path.of("pairs.jsonl")));
 * }</pre>
 *
 * @param <D> a row of training data
 */
public final class Trainer<D> {
  private final TrainingMethod<D> method;
  private final TrainerOptions<D> options;

  private Trainer(String name, double learningRate, TrainingMethod<D> method) {
    this.method = method;
    options = new TrainerOptions<>(name, learningRate);
  }

  /**
   * Supervised fine-tuning: maximises the likelihood of the completions.
   *
   * @param model what is trained
   * @return a trainer at TRL's defaults
   */
  public static Trainer<Demonstration> supervised(ChatModel model) {
    return supervised(model, SftLoss.NLL);
  }

  /**
   * Supervised fine-tuning by a loss.
   *
   * @param model what is trained
   * @param loss on the completions' tokens
   * @return a trainer at TRL's defaults
   */
  public static Trainer<Demonstration> supervised(ChatModel model, SftLoss loss) {
    return new Trainer<>("sft", LearningRates.SUPERVISED, OfflineMethod.supervised(model, loss));
  }

  /**
   * DPO and its family, CPO, SimPO, ORPO: learns from pairs of a chosen and a rejected answer.
   *
   * @param model what is trained
   * @param objective such as {@code DpoObjective.sigmoid(0.1)}
   * @return a trainer at TRL's defaults
   */
  public static Trainer<PreferencePair> preference(ChatModel model, PreferenceObjective objective) {
    return preference(model, objective, ReferenceLogProbs.AUTOMATIC);
  }

  /**
   * The same.
   *
   * @param model what is trained
   * @param objective such as {@code DpoObjective.sigmoid(0.1)}
   * @param reference when the reference's log-probs are computed; objectives without a reference
   *     ignore it
   * @return a trainer at TRL's defaults
   */
  public static Trainer<PreferencePair> preference(
      ChatModel model, PreferenceObjective objective, ReferenceLogProbs reference) {
    return new Trainer<>(
        "dpo", LearningRates.PREFERENCE, OfflineMethod.preference(model, objective, reference));
  }

  /**
   * KTO and BCO: learns from single answers that are labelled desirable or undesirable.
   *
   * @param model what is trained
   * @param objective such as {@code KtoObjective}
   * @return a trainer at TRL's defaults
   */
  public static Trainer<UnpairedExample> unpaired(ChatModel model, UnpairedObjective objective) {
    return new Trainer<>("kto", LearningRates.UNPAIRED, OfflineMethod.unpaired(model, objective));
  }

  /**
   * Trains the first token of answers alone: the probability that it is one of some tokens goes to
   * each row's target. A row costs no more than its prompt.
   *
   * @param model what is trained
   * @param tokens ids, such as {@link ChatModel#firstTokens} of refusals
   * @return a trainer at learning rate 2e-5, otherwise TRL's defaults
   */
  public static Trainer<SoftTarget> nextToken(ChatModel model, List<Integer> tokens) {
    return new Trainer<>("next-token", 2e-5, OfflineMethod.nextToken(model, tokens));
  }

  /**
   * Online training: samples completions of prompts, scores them and learns from the rewards.
   *
   * @param model what is trained
   * @param method such as {@code PpoConfig.defaults()} or {@code GrpoConfig.defaults()}
   * @param reward such as {@code (prompts, completions) -> ...}: one number a completion
   * @return a trainer at the method's defaults
   */
  public static Trainer<String> online(
      ChatModel model, OnlineMethod method, RewardFunction reward) {
    return new Trainer<>(
        method.name(), method.learningRate(), OnlineTraining.ofChatModel(model, method, reward));
  }

  /**
   * Distillation: learns the teacher's next-token distributions over recorded completions and over
   * the student's own.
   *
   * @param student what is trained
   * @param teacher a model of the same vocabulary, or the student itself: then the teacher is the
   *     student as training starts
   * @param config divergence and share of on-policy rounds
   * @return a trainer at TRL's defaults
   */
  public static Trainer<Demonstration> distillation(
      ChatModel student, ChatModel teacher, DistillationConfig config) {
    return distillation(Distillation.ofDemonstrations(student, teacher, config));
  }

  /**
   * Distillation on prompts alone: all completions are the student's or the teacher's.
   *
   * @param student what is trained
   * @param teacher a model of the same vocabulary, or the student itself
   * @param config with {@code onPolicy} 1 or {@code imitate}
   * @return a trainer at TRL's defaults
   */
  public static Trainer<String> distillationOnPrompts(
      ChatModel student, ChatModel teacher, DistillationConfig config) {
    return distillation(Distillation.ofPrompts(student, teacher, config));
  }

  /**
   * On-policy distillation of any student that can sample, such as one of {@link
   * org.align4j.policy.adapter.Policies}. Completions end at the length limit.
   *
   * @param <P> what learns distributions and draws tokens
   * @param student what is trained
   * @param teacher of the same vocabulary
   * @param toText from the ids of a completion to its text, which logs show
   * @param config with {@code onPolicy} 1
   * @return a trainer at TRL's defaults
   * @throws org.align4j.core.ConfigurationException if the configuration asks for other completions
   *     than the student's
   */
  public static <P extends DistributionLearner & Sampler> Trainer<OnlinePrompt> distillation(
      P student,
      FullDistribution teacher,
      Function<int[], String> toText,
      DistillationConfig config) {
    return distillation(Distillation.ofPolicy(student, teacher, toText, config));
  }

  private static <D> Trainer<D> distillation(TrainingMethod<D> method) {
    return new Trainer<>("distill", LearningRates.DISTILLATION, method)
        .config(config -> config.evalOnStart(true));
  }

  /**
   * Training of any policy on pairs of token ids, such as one of {@link
   * org.align4j.policy.adapter.Policies}.
   *
   * @param policy what is trained
   * @param reference what log-ratios are taken to, such as {@code Reference.of(frozenCopy)}
   * @param objective loss on pairs
   * @return a trainer at TRL's defaults
   */
  public static Trainer<TokenizedPair> preference(
      LanguageModel policy, Reference reference, PreferenceObjective objective) {
    return new Trainer<>(
        "dpo", LearningRates.PREFERENCE, OfflineMethod.ofPolicy(policy, reference, objective));
  }

  /**
   * Online training of any policy that can sample. Completions end at the length limit.
   *
   * @param <P> what scores tokens and draws them
   * @param policy what is trained
   * @param reference what KL terms are taken to; {@link Reference#none} without any
   * @param toText from the ids of a completion to the text that the reward sees
   * @param method such as {@code GrpoConfig.defaults()}
   * @param reward one number a completion
   * @return a trainer at the method's defaults
   */
  public static <P extends LanguageModel & Sampler> Trainer<OnlinePrompt> online(
      P policy,
      Reference reference,
      Function<int[], String> toText,
      OnlineMethod method,
      RewardFunction reward) {
    return new Trainer<>(
        method.name(),
        method.learningRate(),
        OnlineTraining.ofPolicy(policy, reference, toText, method, reward));
  }

  /**
   * Changes the configuration; the rest keeps TRL's defaults for this kind of training.
   *
   * @param changes sets what is to differ
   * @return this trainer
   */
  public Trainer<D> config(UnaryOperator<TrainingConfigBuilder> changes) {
    options.config(changes);
    return this;
  }

  /**
   * Sets the whole configuration.
   *
   * @param value all settings
   * @return this trainer
   */
  public Trainer<D> config(TrainingConfig value) {
    options.config(value);
    return this;
  }

  /**
   * Names the run in logs and messages; by default after the kind of training.
   *
   * @param value of the run
   * @return this trainer
   */
  public Trainer<D> named(String value) {
    options.name(value);
    return this;
  }

  /**
   * Sets the folder of checkpoints and of the batch dumped on a failure; {@code runs/NAME}.
   *
   * @param folder is made if it is not there
   * @return this trainer
   */
  public Trainer<D> output(Path folder) {
    options.output(folder);
    return this;
  }

  /**
   * Adds listeners.
   *
   * @param more are told after those that were added before
   * @return this trainer
   */
  public Trainer<D> listen(TrainingListener... more) {
    options.listen(List.of(more));
    return this;
  }

  /**
   * Sets what happens to rows that are too long; by default completions are cut at 1024 tokens.
   *
   * @param policy limit, and what happens beyond it
   * @return this trainer
   */
  public Trainer<D> lengths(LengthPolicy policy) {
    options.lengths(policy);
    return this;
  }

  /**
   * Sets whether plain strings become a user's and an assistant's turn if the model has a chat
   * template, as by default; otherwise they are raw text.
   *
   * @param value whether they do
   * @return this trainer
   */
  public Trainer<D> wrapStringsAsChat(boolean value) {
    options.wrapStrings(value);
    return this;
  }

  /**
   * Sets held-out rows, which are evaluated every {@code eval_steps} steps and at the end.
   *
   * @param rows of the kind that is trained on
   * @return this trainer
   */
  public Trainer<D> evaluateOn(List<D> rows) {
    options.heldOut(rows);
    return this;
  }

  /**
   * Sets an evaluation of one's own instead of held-out rows.
   *
   * @param metrics gives the metrics of the model as it is; names should begin with {@code eval_}
   * @return this trainer
   */
  public Trainer<D> evaluateBy(Supplier<Map<String, Double>> metrics) {
    options.evaluation(metrics);
    return this;
  }

  /**
   * {@link #retain(List, Retention)} with the defaults: the forward KL with weight 1.
   *
   * @param prompts user messages on which the model should stay as it is, at least one
   * @return this trainer
   */
  public Trainer<D> retain(List<String> prompts) {
    return retain(prompts, Retention.defaults());
  }

  /**
   * Adds to the loss how far the model's distribution over the first token of an answer has moved
   * from the reference's, for training on recorded rows of a {@link ChatModel}. The reference is
   * the model without its new adapter, or with the stored adapter as it is stored. Its
   * distributions are computed once, before training. If all weights are trained, a second copy of
   * the model's files is loaded for that and kept.
   *
   * @param prompts user messages on which the model should stay as it is
   * @param retention weight, divergence and number of prompts and tokens of a step
   * @return this trainer
   * @throws ConfigurationException without prompts, or if this is another kind of training
   */
  public Trainer<D> retain(List<String> prompts, Retention retention) {
    require(!prompts.isEmpty(), "there are no prompts to retain; leave retention out");
    return add(NextTokenRows.RETENTION, NextTokenRows.retained(List.copyOf(prompts), retention));
  }

  /**
   * Adds to the loss how far the probability that an answer begins with one of some tokens is from
   * each row's target, for training on recorded rows of a {@link ChatModel}.
   *
   * @param rows prompts with their targets, at least one
   * @param how tokens, weight and number of rows of a step
   * @return this trainer
   * @throws ConfigurationException without rows, or if this is another kind of training
   */
  public Trainer<D> softTargets(List<SoftTarget> rows, SoftTargets how) {
    require(!rows.isEmpty(), "there are no rows with soft targets; leave them out");
    return add(NextTokenRows.SOFT_TARGET, NextTokenRows.softTargets(List.copyOf(rows), how));
  }

  private Trainer<D> add(String kind, NextTokenRows rows) {
    if (!method.takesNextTokenRows()) {
      throw new ConfigurationException(
          "retained prompts and soft targets are added to training on recorded rows of a ChatModel;"
              + " "
              + options.name()
              + " is another kind of training");
    }
    options.nextToken(kind, rows);
    return this;
  }

  /**
   * Sets the token that ends the run early.
   *
   * @param token looked at between steps, and between tokens that are sampled
   * @return this trainer
   */
  public Trainer<D> cancelledBy(CancellationToken token) {
    options.cancellation(token);
    return this;
  }

  /**
   * Trains from the beginning. An earlier checkpoint in the output folder is renamed.
   *
   * @param rows training data, at least one
   * @return steps and last metrics
   */
  public TrainingResult fit(List<D> rows) {
    return method.train(options.setup(false), rows);
  }

  /**
   * Goes on from the last checkpoint in the output folder, with the same configuration and data;
   * the result is that of an uninterrupted run, bit by bit. Needs a run with {@code saveSteps} set.
   *
   * @param rows the same training data
   * @return steps and last metrics of the whole run
   */
  public TrainingResult resume(List<D> rows) {
    return method.train(options.setup(true), rows);
  }
}
