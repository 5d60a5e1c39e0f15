package org.align4j.reward.recipe;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.align4j.core.data.PreferencePair;
import org.align4j.core.data.TrlRows;
import org.align4j.core.objective.BradleyTerryLoss;
import org.align4j.core.run.Settings;
import org.align4j.policy.run.BestSettings;
import org.align4j.policy.run.TrainingListener;
import org.align4j.policy.text.LengthPolicy;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingSettings;
import org.align4j.reward.RewardTrainer;
import org.align4j.reward.TransformerReward;
import org.align4j.reward.TransformerRewardTrainer;

/**
 * A reward model from prompt/chosen/rejected rows: the language model with a scalar head.
 *
 * @param files preference pairs
 * @param adapter that training goes on from
 */
public record RewardRecipe(RowFiles files, Optional<Path> adapter) implements Recipe {
  @Override
  public Plan plan(Settings settings) {
    TrainingConfig config =
        TrainingSettings.read(
            settings,
            files.evaluated(settings),
            TrainingConfig.defaults(TransformerRewardTrainer.LEARNING_RATE));
    // TRL's RewardConfig disables dropout.
    TrainedWeights weights = TrainedWeights.read(settings, 0, adapter);
    // As TRL filters: the score of an answer that was cut says nothing about the answer.
    LengthPolicy lengths = TrainingSettings.lengths(settings, LengthPolicy.Mode.DROP);
    TransformerRewardTrainer.requireWholeCompletions(lengths);
    BradleyTerryLoss loss = new BradleyTerryLoss(settings.number("center_rewards_coefficient", 0));
    List<TrainingListener> best = BestSettings.read(files.evaluated(settings));
    boolean wrap = settings.flag("wrap_strings_as_chat", true);
    return (base, folder) -> {
      TransformerRewardTrainer trainer =
          RewardTrainer.transformer(weights.load(base, config.seed()))
              .config(config)
              .loss(loss)
              .lengths(lengths)
              .wrapStringsAsChat(wrap)
              .margins(TrlRows.margins(files.training()))
              .resume(folder.resume());
      files
          .heldOut()
          .ifPresent(rows -> trainer.evaluateOn(TrlRows.preferences(rows), TrlRows.margins(rows)));
      folder.writeSettings(settings);
      List<PreferencePair> pairs = TrlRows.preferences(files.training());
      return folder
          .reward(
              best,
              context -> {
                try (TransformerReward reward = trainer.context(context).fit(pairs)) {
                  folder.write(reward);
                }
                return trainer.result();
              })
          .with("rows_left_out", lengths.dropped())
          .with("rows_cut", lengths.truncated());
    };
  }
}
