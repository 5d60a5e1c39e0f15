package org.align4j.reward;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.align4j.core.data.PreferencePair;
import org.align4j.core.reward.RewardFunction;
import org.align4j.core.run.Progress;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.format.ModelFileException;
import org.align4j.reward.report.PairEvaluation;
import org.align4j.reward.report.PairReport;

/**
 * A trained model that scores completions: a {@link TransformerReward} or an {@link EncoderReward}.
 * {@link RewardTrainer} trains one. Not thread-safe.
 *
 * <pre>{@code
 * try (RewardModel reward = RewardModel.load(Path.of("runs/reward/reward"))) {
 *   double score = reward.score("How do I bake bread?", "Mix flour and water.");
 * }
 * }</pre>
 */
public interface RewardModel extends RewardFunction, AutoCloseable {

  /**
   * Loads either kind of reward model, by what the folder holds, with the default backend.
   *
   * @param folder that {@link #save} wrote, or transformers' folder of a sequence classifier with
   *     one label
   * @return the model; the caller closes it
   * @throws ModelFileException names the file and what is wrong
   */
  static RewardModel load(Path folder) {
    requireFolder(folder);
    return EncoderReward.isIn(folder) ? EncoderReward.load(folder) : TransformerReward.load(folder);
  }

  /**
   * Loads either kind of reward model for a backend; one on an encoder computes by ND4J and ONNX
   * Runtime whatever the backend is.
   *
   * @param folder as for {@link #load(Path)}
   * @param backend what computes
   * @return the model; the caller closes it
   * @throws ModelFileException names the file and what is wrong
   */
  static RewardModel load(Path folder, Backend backend) {
    requireFolder(folder);
    return EncoderReward.isIn(folder)
        ? EncoderReward.load(folder)
        : TransformerReward.load(folder, backend);
  }

  private static void requireFolder(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new ModelFileException(folder + ": no such folder; expected that of a reward model");
    }
  }

  @Override
  default String name() {
    return "reward_model";
  }

  /**
   * {@return the score of one completion; higher is better, only differences after one prompt
   * count}
   *
   * @param prompt text
   * @param completion text
   */
  default double score(String prompt, String completion) {
    return rewards(List.of(prompt), List.of(completion))[0];
  }

  /**
   * Accuracy, calibration and length bias on held-out pairs.
   *
   * @param pairs at least one; chats are scored as plain text, one turn a line
   * @return the report
   */
  default PairReport evaluate(List<PreferencePair> pairs) {
    return PairEvaluation.of(this, pairs, Progress.SILENT).report();
  }

  /**
   * Writes the model to a folder, from which {@link #load} reads it.
   *
   * @param folder is made if it is not there
   * @throws IOException names the file that cannot be written
   */
  void save(Path folder) throws IOException;

  /** Releases what this model has loaded or made; it cannot be used afterwards. */
  @Override
  void close();
}
