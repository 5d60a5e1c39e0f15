package org.align4j.reward.gate;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.align4j.core.refusal.Rate;
import org.align4j.core.run.AtomicFiles;

/**
 * What a gate says of requests.
 *
 * @param prompts the requests
 * @param scores one a request, in order
 * @param threshold scores from here on are refused
 */
public record GateDecisions(List<String> prompts, double[] scores, double threshold) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** {@return the share of the requests that is refused} */
  public Rate refused() {
    return GateScores.refused(scores, threshold);
  }

  /**
   * Writes one JSON object a row: {@code prompt}, {@code score}, {@code refused}.
   *
   * @param file is replaced at once, when all is written
   * @throws IOException names the file that cannot be written
   */
  public void write(Path file) throws IOException {
    AtomicFiles.writeLines(
        file, IntStream.range(0, scores.length).mapToObj(i -> row(i).toString()));
  }

  private ObjectNode row(int index) {
    return JSON.createObjectNode()
        .put("prompt", prompts.get(index))
        .put("score", scores[index])
        .put("refused", scores[index] >= threshold);
  }

  /** {@return the number of {@code prompts} and of the {@code refused}, {@code rate}, threshold} */
  public Map<String, Object> summary() {
    Rate rate = refused();
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("prompts", rate.n());
    out.put("refused", rate.hits());
    out.put("rate", rate.value());
    out.put("threshold", threshold);
    return out;
  }
}
