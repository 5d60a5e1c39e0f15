package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.align4j.core.data.TrlRows;
import org.align4j.core.objective.PreferenceObjective;
import org.align4j.core.run.Settings;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.format.ModelResolver;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.model.LanguageModel;
import org.align4j.policy.model.Reference;
import org.align4j.policy.model.WeightsFingerprint;
import org.align4j.policy.train.PreferenceTask;
import org.align4j.policy.train.ReferenceCache;
import org.align4j.policy.train.Tokenization;
import org.align4j.policy.train.TokenizedPair;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingTask;

/** Training on prompt/chosen/rejected rows by any preference objective. */
abstract class PairwiseTraining extends OfflineTraining<TokenizedPair> {

  /** TRL disables dropout in all of them. */
  PairwiseTraining(String name, double learningRate) {
    super(name, learningRate, 0);
  }

  abstract PreferenceObjective objective(Settings settings);

  @Override
  Method<TokenizedPair> method(Settings settings, boolean full) {
    PreferenceObjective objective = objective(settings);
    boolean precompute =
        objective.needsReference() && settings.flag("precompute_ref_log_probs", full);
    if (objective.needsReference() && full && !precompute) {
      throw new IllegalArgumentException(
          "full fine-tuning needs precompute_ref_log_probs=true: no reference is left when"
              + " training has begun");
    }
    return new Method<>() {
      @Override
      public List<TokenizedPair> read(Tokenization tokenization, Path file) {
        return tokenization.pairs(TrlRows.preferences(file));
      }

      @Override
      public TrainingTask<TokenizedPair> task(
          PolicyModel policy, List<TokenizedPair> examples, TrainingConfig config)
          throws IOException {
        PreferenceTask task = new PreferenceTask(policy.transformer(), objective);
        if (precompute) {
          LanguageModel.Mode mode =
              full ? LanguageModel.Mode.EVALUATE : LanguageModel.Mode.REFERENCE;
          Reference source =
              full
                  ? Reference.of(policy.transformer())
                  : Reference.adapterOff(policy.transformer());
          task.precomputeReference(
              examples, config.microBatchTokens(), source, cache(policy, mode));
        }
        return task;
      }
    };
  }

  private static ReferenceCache cache(PolicyModel policy, LanguageModel.Mode mode) {
    String reference =
        WeightsFingerprint.ofReference(policy.transformer())
            + " "
            + Backends.defaultBackend().name()
            + " "
            + Backends.defaultBackend().precision().label()
            + " "
            + mode;
    Path folder = new ModelResolver(Bars.FACTORY).cache().resolve("reference");
    return new ReferenceCache(folder, reference);
  }
}
