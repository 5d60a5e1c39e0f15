package org.align4j.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import org.align4j.core.run.EarlierRun;
import org.align4j.core.run.JsonLinesLog;
import org.align4j.policy.online.OnlineTrainer;

/** One completion of each prompt of a round, for looking at what earns reward. */
final class CompletionsLog implements OnlineTrainer.Listener, AutoCloseable {
  private static final String ROUND = "round";

  private final JsonLinesLog lines;

  /**
   * Opens {@code completions.jsonl}.
   *
   * @param resume whether the file of the run before is gone on with; else it is set aside
   */
  CompletionsLog(Path folder, boolean resume) throws IOException {
    Path file = folder.resolve("completions.jsonl");
    if (!resume) {
      EarlierRun.setAside(file);
    }
    lines = new JsonLinesLog(file);
  }

  @Override
  public void resumed(long rounds) {
    lines.keep(line -> line.path(ROUND).asLong() < rounds);
  }

  @Override
  public void finished(OnlineTrainer.Round round) {
    String last = null;
    for (int i = 0; i < round.rollouts().size(); i++) {
      String prompt = round.rollouts().get(i).prompt().text();
      if (!prompt.equals(last)) {
        ObjectNode node = JsonOutput.JSON.createObjectNode();
        node.put(ROUND, round.number()).put("prompt", prompt);
        node.put("completion", round.rollouts().get(i).text());
        node.put("reward", round.rewards()[i]);
        lines.write(node);
        last = prompt;
      }
    }
  }

  @Override
  public void close() {
    lines.close();
  }
}
