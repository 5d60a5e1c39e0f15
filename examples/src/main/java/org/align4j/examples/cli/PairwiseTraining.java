package org.align4j.examples.cli;

import java.util.function.Function;
import org.align4j.core.ConfigurationException;
import org.align4j.core.data.PreferencePair;
import org.align4j.core.data.TrlRows;
import org.align4j.core.objective.PreferenceObjective;
import org.align4j.core.run.Settings;
import org.align4j.policy.ChatModel;
import org.align4j.policy.ReferenceLogProbs;
import org.align4j.policy.Trainer;
import org.align4j.policy.train.LearningRates;

/** Training on prompt/chosen/rejected rows by any preference objective. */
abstract class PairwiseTraining extends OfflineTraining<PreferencePair> {
  /** TRL disables dropout in all of them. */
  PairwiseTraining(String name, Function<Settings, PreferenceObjective> objective) {
    super(
        name,
        LearningRates.PREFERENCE,
        0,
        TrlRows::preferences,
        (settings, full) -> trainer(settings, objective.apply(settings), full));
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
}
