package org.align4j.reward.recipe;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.align4j.core.ConfigurationException;
import org.align4j.core.data.Demonstration;
import org.align4j.core.data.PreferencePair;
import org.align4j.core.data.PromptFile;
import org.align4j.core.data.TrlRows;
import org.align4j.core.data.UnpairedExample;
import org.align4j.core.objective.KtoLoss;
import org.align4j.core.objective.KtoObjective;
import org.align4j.core.objective.PreferenceObjective;
import org.align4j.core.objective.SftLoss;
import org.align4j.core.run.Settings;
import org.align4j.policy.ChatModel;
import org.align4j.policy.ReferenceLogProbs;
import org.align4j.policy.Retention;
import org.align4j.policy.Trainer;
import org.align4j.policy.run.BestSettings;
import org.align4j.policy.run.TrainingListener;
import org.align4j.policy.text.LengthPolicy;
import org.align4j.policy.train.LearningRates;
import org.align4j.policy.train.PreferenceSettings;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingSettings;

/**
 * Training on recorded rows: supervised, on preference pairs, or on unpaired examples.
 *
 * @param <D> a row
 */
public final class OfflineRecipe<D> implements Recipe {
  /** TRL's ModelConfig; the other trainers disable dropout. */
  private static final double SFT_DROPOUT = 0.05;

  private final String name;
  private final RowFiles files;
  private final Optional<Path> adapter;
  private final double learningRate;
  private final double dropout;
  private final Function<Path, List<D>> reader;
  private final Method<D> method;
  private final Optional<PromptFile> retained;

  /**
   * Reads the method's settings before the model is loaded.
   *
   * @param <D> a row
   */
  @FunctionalInterface
  private interface Method<D> {
    /**
     * What makes the trainer, once there is a model.
     *
     * @param full whether every weight is trained, so that the model has no reference in it
     */
    Function<ChatModel, Trainer<D>> read(Settings settings, boolean full);
  }

  private OfflineRecipe(
      String name,
      RowFiles files,
      Optional<Path> adapter,
      double learningRate,
      double dropout,
      Function<Path, List<D>> reader,
      Method<D> method,
      Optional<PromptFile> retained) {
    this.name = name;
    this.files = files;
    this.adapter = adapter;
    this.learningRate = learningRate;
    this.dropout = dropout;
    this.reader = reader;
    this.method = method;
    this.retained = retained;
  }

  /**
   * The recipe with prompts on which training leaves the model as it is: the first token of an
   * answer stays as likely as it was, by the settings retention_*.
   *
   * @param prompts user messages; empty for none
   * @return another recipe
   */
  public OfflineRecipe<D> retaining(Optional<PromptFile> prompts) {
    return new OfflineRecipe<>(
        name, files, adapter, learningRate, dropout, reader, method, prompts);
  }

  /**
   * {@return supervised fine-tuning on prompt/completion rows}
   *
   * @param files rows to train and to evaluate on
   * @param adapter folder of the one that training goes on from; empty for a new one
   */
  public static OfflineRecipe<Demonstration> sft(RowFiles files, Optional<Path> adapter) {
    return new OfflineRecipe<>(
        "sft",
        files,
        adapter,
        LearningRates.SUPERVISED,
        SFT_DROPOUT,
        TrlRows::demonstrations,
        (settings, full) -> {
          SftLoss loss = SftLoss.parse(settings.text("loss_type", "nll"));
          return chat -> Trainer.supervised(chat, loss);
        },
        Optional.empty());
  }

  /**
   * {@return DPO and its family on prompt/chosen/rejected rows}
   *
   * @param files rows to train and to evaluate on
   * @param adapter folder of the one that training goes on from; empty for a new one
   */
  public static OfflineRecipe<PreferencePair> dpo(RowFiles files, Optional<Path> adapter) {
    return preference("dpo", files, adapter, PreferenceSettings::dpo);
  }

  /**
   * {@return ORPO on prompt/chosen/rejected rows}
   *
   * @param files rows to train and to evaluate on
   * @param adapter folder of the one that training goes on from; empty for a new one
   */
  public static OfflineRecipe<PreferencePair> orpo(RowFiles files, Optional<Path> adapter) {
    return preference("orpo", files, adapter, PreferenceSettings::orpo);
  }

  /**
   * {@return CPO, SimPO and AlphaPO on prompt/chosen/rejected rows}
   *
   * @param files rows to train and to evaluate on
   * @param adapter folder of the one that training goes on from; empty for a new one
   */
  public static OfflineRecipe<PreferencePair> cpo(RowFiles files, Optional<Path> adapter) {
    return preference("cpo", files, adapter, PreferenceSettings::cpo);
  }

  /**
   * {@return KTO, unpaired APO-zero and BCO on prompt/completion/label rows, or pairs}
   *
   * @param files rows to train and to evaluate on
   * @param adapter folder of the one that training goes on from; empty for a new one
   */
  public static OfflineRecipe<UnpairedExample> kto(RowFiles files, Optional<Path> adapter) {
    return new OfflineRecipe<>(
        "kto",
        files,
        adapter,
        LearningRates.UNPAIRED,
        0,
        TrlRows::unpaired,
        (settings, full) -> {
          KtoObjective objective =
              new KtoObjective(
                  settings.number("beta", 0.1),
                  KtoLoss.parse(settings.text("loss_type", "kto")),
                  settings.number("desirable_weight", 1),
                  settings.number("undesirable_weight", 1));
          return chat -> Trainer.unpaired(chat, objective);
        },
        Optional.empty());
  }

  /** TRL disables dropout in all of them. */
  private static OfflineRecipe<PreferencePair> preference(
      String name,
      RowFiles files,
      Optional<Path> adapter,
      Function<Settings, PreferenceObjective> objective) {
    return new OfflineRecipe<>(
        name,
        files,
        adapter,
        LearningRates.PREFERENCE,
        0,
        TrlRows::preferences,
        (settings, full) -> trainer(settings, objective.apply(settings), full),
        Optional.empty());
  }

  private static Function<ChatModel, Trainer<PreferencePair>> trainer(
      Settings settings, PreferenceObjective objective, boolean full) {
    boolean precompute =
        objective.needsReference() && settings.flag("precompute_ref_log_probs", full);
    if (objective.needsReference() && full && !precompute) {
      throw new ConfigurationException(
          "full fine-tuning needs precompute_ref_log_probs=true: no reference is left when"
              + " training has begun");
    }
    ReferenceLogProbs reference =
        precompute ? ReferenceLogProbs.PRECOMPUTED : ReferenceLogProbs.AUTOMATIC;
    return chat -> Trainer.preference(chat, objective, reference);
  }

  @Override
  public Plan plan(Settings settings) {
    TrainingConfig config =
        TrainingSettings.read(
            settings, files.evaluated(settings), TrainingConfig.defaults(learningRate));
    TrainedWeights weights = TrainedWeights.read(settings, dropout, adapter);
    LengthPolicy lengths = TrainingSettings.lengths(settings, LengthPolicy.Mode.KEEP_START);
    Function<ChatModel, Trainer<D>> trainers = method.read(settings, weights.full());
    List<TrainingListener> best = BestSettings.read(files.evaluated(settings));
    boolean wrap = settings.flag("wrap_strings_as_chat", true);
    Retention retention =
        Retention.read(settings.when(retained.isPresent(), "with prompts to retain"));
    return (base, folder) -> {
      ChatModel model = weights.load(base, config.seed());
      Trainer<D> trainer =
          trainers
              .apply(model)
              .named(name)
              .config(config)
              .lengths(lengths)
              .wrapStringsAsChat(wrap)
              .listen(best.toArray(TrainingListener[]::new))
              .evaluateOn(files.heldOut(reader));
      retained.map(PromptFile::read).ifPresent(prompts -> trainer.retain(prompts, retention));
      folder.writeSettings(settings);
      return folder
          .fit(trainer, reader.apply(files.training()), model)
          .with("rows_left_out", lengths.dropped())
          .with("rows_cut", lengths.truncated());
    };
  }
}
