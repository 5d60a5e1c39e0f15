package org.align4j.reward.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.align4j.core.data.Demonstration;
import org.align4j.core.reward.RewardFunction;
import org.align4j.core.run.AtomicFiles;
import org.align4j.core.run.Progress;

/**
 * Completions with their rewards.
 *
 * @param prompts one a completion
 * @param completions what was scored
 * @param rewards in the completions' order
 */
public record ScoredRows(List<String> prompts, List<String> completions, double[] rewards) {
  private static final int BATCH = 64;

  /**
   * Scores recorded completions as plain text, 64 at a time.
   *
   * @param reward one number a completion
   * @param rows chats are scored as plain text, one turn a line
   * @param progress shows the rows
   * @return the rows with their rewards
   */
  public static ScoredRows of(
      RewardFunction reward, List<Demonstration> rows, Progress.Factory progress) {
    return of(
        reward,
        rows.stream().map(row -> row.prompt().plainText()).toList(),
        rows.stream().map(row -> row.completion().plainText()).toList(),
        progress);
  }

  /**
   * Scores rows, 64 at a time.
   *
   * @param reward one number a completion
   * @param prompts texts
   * @param completions texts, one a prompt
   * @param progress shows the rows
   * @return the rows with their rewards
   */
  public static ScoredRows of(
      RewardFunction reward,
      List<String> prompts,
      List<String> completions,
      Progress.Factory progress) {
    List<Double> all = new ArrayList<>(prompts.size());
    try (Progress bar = progress.start("score", prompts.size())) {
      for (int from = 0; from < prompts.size(); from += BATCH) {
        int to = Math.min(prompts.size(), from + BATCH);
        for (double one :
            reward.rewards(prompts.subList(from, to), completions.subList(from, to))) {
          all.add(one);
        }
        bar.step(to - from);
      }
    }
    return new ScoredRows(
        prompts, completions, all.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /**
   * Writes one JSON object a row: {@code prompt}, {@code completion}, {@code reward}.
   *
   * @param file is replaced at once, when all is written
   * @throws IOException names the file that cannot be written
   */
  public void write(Path file) throws IOException {
    AtomicFiles.writeLines(
        file, IntStream.range(0, rewards.length).mapToObj(i -> row(i).toString()));
  }

  private ObjectNode row(int index) {
    return ReportJson.object()
        .put("prompt", prompts.get(index))
        .put("completion", completions.get(index))
        .put("reward", rewards[index]);
  }

  /** {@return number of rows and mean, least and greatest reward; 0 without rows} */
  public Map<String, Object> summary() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("rows", rewards.length);
    out.put("mean_reward", Arrays.stream(rewards).average().orElse(0));
    out.put("min_reward", Arrays.stream(rewards).min().orElse(0));
    out.put("max_reward", Arrays.stream(rewards).max().orElse(0));
    return out;
  }
}
