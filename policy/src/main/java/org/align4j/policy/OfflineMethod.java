package org.align4j.policy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.align4j.core.data.Demonstration;
import org.align4j.core.data.PreferencePair;
import org.align4j.core.data.SoftTarget;
import org.align4j.core.data.UnpairedExample;
import org.align4j.core.distillation.SoftTargetLoss;
import org.align4j.core.objective.PreferenceObjective;
import org.align4j.core.objective.SftLoss;
import org.align4j.core.objective.UnpairedObjective;
import org.align4j.core.run.Progress;
import org.align4j.core.run.RunFileException;
import org.align4j.policy.hub.ModelResolver;
import org.align4j.policy.model.LanguageModel;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.Reference;
import org.align4j.policy.model.WeightsFingerprint;
import org.align4j.policy.run.TrainingResult;
import org.align4j.policy.task.PreferenceTask;
import org.align4j.policy.task.ReferenceCache;
import org.align4j.policy.task.SoftTargetTask;
import org.align4j.policy.task.SupervisedTask;
import org.align4j.policy.task.TrainingTask;
import org.align4j.policy.task.UnpairedTask;
import org.align4j.policy.text.Tokenization;
import org.align4j.policy.text.TokenizedPair;
import org.align4j.policy.train.AddedLoss;
import org.align4j.policy.train.TrainingConfig;

/**
 * Training on recorded rows: the rows are tokenised and a {@link TrainingTask} learns from them.
 *
 * @param <D> a row
 * @param <E> a tokenised row
 */
final class OfflineMethod<D, E> implements TrainingMethod<D> {
  private final ChatModel model;
  private final BiFunction<Tokenization, List<D>, List<E>> tokenize;
  private final TaskFactory<E> task;

  private OfflineMethod(
      ChatModel model, BiFunction<Tokenization, List<D>, List<E>> tokenize, TaskFactory<E> task) {
    this.model = model;
    this.tokenize = tokenize;
    this.task = task;
  }

  /**
   * Makes the task.
   *
   * @param <E> a tokenised row
   */
  @FunctionalInterface
  private interface TaskFactory<E> {
    /** The task for all rows, the held-out ones too, before training begins. */
    TrainingTask<E> of(List<E> all, TrainingConfig config);
  }

  static TrainingMethod<Demonstration> supervised(ChatModel model, SftLoss loss) {
    return new OfflineMethod<>(
        model,
        Tokenization::demonstrations,
        (all, config) -> new SupervisedTask(model.network(), loss));
  }

  static TrainingMethod<PreferencePair> preference(
      ChatModel model, PreferenceObjective objective, ReferenceLogProbs reference) {
    return new OfflineMethod<>(
        model,
        Tokenization::pairs,
        (all, config) -> pairs(model, objective, reference, all, config));
  }

  /** Training of any policy on pairs of token ids. */
  static TrainingMethod<TokenizedPair> ofPolicy(
      LanguageModel policy, Reference reference, PreferenceObjective objective) {
    return (setup, pairs) ->
        setup.run(
            new PreferenceTask(policy, reference, objective),
            policy.backend(),
            pairs,
            setup.heldOut());
  }

  static TrainingMethod<UnpairedExample> unpaired(ChatModel model, UnpairedObjective objective) {
    return new OfflineMethod<>(
        model,
        Tokenization::unpaired,
        (all, config) -> new UnpairedTask(model.network(), reference(model), objective));
  }

  static TrainingMethod<SoftTarget> nextToken(ChatModel model, List<Integer> tokens) {
    SoftTargetLoss loss = SoftTargets.loss(model, tokens);
    return new OfflineMethod<>(
        model,
        Tokenization::softTargets,
        (all, config) -> new SoftTargetTask(model.network(), loss, 1));
  }

  /** The model without its adapter, or a second copy if all weights are trained. */
  private static Reference reference(ChatModel model) {
    return model.network().hasReference()
        ? Reference.adapterOff(model.network())
        : Reference.of(model.reload().network());
  }

  private static PreferenceTask pairs(
      ChatModel model,
      PreferenceObjective objective,
      ReferenceLogProbs reference,
      List<TokenizedPair> all,
      TrainingConfig config) {
    PreferenceTask task = new PreferenceTask(model.network(), objective);
    boolean inModel = model.network().hasReference();
    if (objective.needsReference() && (!inModel || reference == ReferenceLogProbs.PRECOMPUTED)) {
      Mode mode = inModel ? Mode.REFERENCE : Mode.EVALUATE;
      Reference source =
          inModel ? Reference.adapterOff(model.network()) : Reference.of(model.network());
      try {
        task.precomputeReference(all, config.microBatchTokens(), source, cache(model, mode));
      } catch (IOException e) {
        throw new RunFileException(e.getMessage(), e);
      }
    }
    return task;
  }

  private static ReferenceCache cache(ChatModel model, Mode mode) {
    String reference =
        String.join(
            " ",
            WeightsFingerprint.ofReference(model.network()),
            model.backend().name(),
            model.backend().precision().label(),
            mode.toString());
    Path folder = new ModelResolver(Progress.SILENT).cache().resolve("reference");
    return new ReferenceCache(folder, reference);
  }

  @Override
  public TrainingResult train(TrainingSetup<D> setup, List<D> rows) {
    Tokenization tokenization =
        new Tokenization(model.parts().text(), setup.lengths(), setup.wrapStrings());
    List<E> examples = tokenize.apply(tokenization, rows);
    List<E> heldOut =
        setup.heldOut().isEmpty() ? List.of() : tokenize.apply(tokenization, setup.heldOut());
    List<E> all = Stream.concat(examples.stream(), heldOut.stream()).toList();
    List<AddedLoss<?>> added = new ArrayList<>();
    for (NextTokenRows nextToken : setup.nextToken()) {
      added.add(nextToken.loss(model, tokenization, setup.config()));
    }
    return setup.run(task.of(all, setup.config()), model.backend(), examples, heldOut, added);
  }

  @Override
  public boolean takesNextTokenRows() {
    return true;
  }
}
