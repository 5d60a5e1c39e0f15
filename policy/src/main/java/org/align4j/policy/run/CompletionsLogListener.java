package org.align4j.policy.run;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.core.run.EarlierRun;
import org.align4j.core.run.JsonLinesLog;

/**
 * Writes {@code completions.jsonl}: the first completion of each prompt of each round with its
 * reward, to see what earns reward.
 */
public final class CompletionsLogListener implements TrainingListener {
  private static final String ROUND = "round";

  private final Path file;
  private JsonLinesLog lines;

  /**
   * Logs to {@code completions.jsonl} in a folder, which is made if it is not there.
   *
   * @param folder of the run
   */
  public CompletionsLogListener(Path folder) {
    file = folder.resolve("completions.jsonl");
  }

  @Override
  public void onStart(TrainingEvent event) {
    boolean resumed = event.run().resumed();
    if (!resumed) {
      EarlierRun.setAside(file);
    }
    lines = new JsonLinesLog(file);
    if (resumed) {
      lines.keep(line -> line.path(ROUND).asLong() < event.step());
    }
  }

  @Override
  public void onRound(Round round) {
    String last = null;
    for (Round.Sample sample : round.samples()) {
      if (!sample.prompt().equals(last)) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put(ROUND, round.number());
        line.put("prompt", sample.prompt());
        line.put("completion", sample.completion());
        line.put("reward", sample.reward());
        lines.write(line);
        last = sample.prompt();
      }
    }
  }

  @Override
  public void onEnd(TrainingRun run, TrainingResult result) {
    if (lines != null) {
      lines.close();
      lines = null;
    }
  }
}
