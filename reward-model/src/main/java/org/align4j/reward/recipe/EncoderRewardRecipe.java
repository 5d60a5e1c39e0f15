package org.align4j.reward.recipe;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.data.PreferencePair;
import org.align4j.core.data.TrlRows;
import org.align4j.core.run.Settings;
import org.align4j.reward.EncoderRewardConfig;
import org.align4j.reward.RewardModel;
import org.align4j.reward.RewardTrainer;
import org.align4j.reward.encoder.MiniLmEncoder;
import org.align4j.reward.encoder.TokenEncoder;

/**
 * A reward model from prompt/chosen/rejected rows: a frozen sentence encoder with a small DL4J
 * head. Its plan loads no language model.
 *
 * @param pairs file of the rows
 */
public record EncoderRewardRecipe(Path pairs) implements Recipe {
  @Override
  public Plan plan(Settings settings) {
    EncoderRewardConfig config = EncoderRewardConfig.read(settings);
    return (base, folder) -> {
      folder.writeSettings(settings);
      List<PreferencePair> rows = TrlRows.preferences(pairs);
      try (TokenEncoder encoder = new MiniLmEncoder()) {
        long start = System.nanoTime();
        RewardTrainer trainer =
            RewardTrainer.encoder(encoder).config(config).progress(folder.progress());
        try (RewardModel reward = trainer.fit(rows)) {
          Path written = folder.write(reward);
          Map<String, Object> summary = new LinkedHashMap<>();
          summary.put("pairs", rows.size());
          summary.put("seconds", (System.nanoTime() - start) / 1e9);
          summary.put("out", written.toString());
          return new Outcome(RunFolder.REWARD_MODEL, written, summary);
        }
      }
    };
  }
}
