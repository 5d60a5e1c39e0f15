package org.align4j.examples.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.align4j.core.data.PreferencePair;
import org.align4j.core.data.TrlRows;
import org.align4j.core.objective.PreferenceObjective;
import org.align4j.core.run.Settings;
import org.align4j.policy.ChatModel;
import org.align4j.policy.ReferenceLogProbs;
import org.align4j.policy.Trainer;

/** Training on prompt/chosen/rejected rows by any preference objective. */
abstract class PairwiseTraining extends OfflineTraining<PreferencePair> {

  /** TRL disables dropout in all of them. */
  PairwiseTraining(String name, double learningRate) {
    super(name, learningRate, 0);
  }

  abstract PreferenceObjective objective(Settings settings);

  @Override
  List<PreferencePair> read(Path file) {
    return TrlRows.preferences(file);
  }

  @Override
  Function<ChatModel, Trainer<PreferencePair>> method(Settings settings, boolean full) {
    PreferenceObjective objective = objective(settings);
    boolean precompute =
        objective.needsReference() && settings.flag("precompute_ref_log_probs", full);
    if (objective.needsReference() && full && !precompute) {
      throw new IllegalArgumentException(
          "full fine-tuning needs precompute_ref_log_probs=true: no reference is left when"
              + " training has begun");
    }
    ReferenceLogProbs reference =
        precompute ? ReferenceLogProbs.PRECOMPUTED : ReferenceLogProbs.AUTOMATIC;
    return chat -> Trainer.preference(chat, objective, reference);
  }
}
