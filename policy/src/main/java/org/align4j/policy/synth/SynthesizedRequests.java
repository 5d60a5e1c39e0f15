package org.align4j.policy.synth;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.align4j.core.run.AtomicFiles;

/**
 * What a synthesis gave.
 *
 * @param prompts the requests that were kept, in the order in which they were sampled
 * @param sampled texts that the filters saw
 * @param rejected texts that each filter dropped, every filter with its number
 * @param complete whether there are as many requests as were wanted
 */
public record SynthesizedRequests(
    List<String> prompts, int sampled, Map<Rejection, Integer> rejected, boolean complete) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Writes the requests, one JSON object a row: {@code {"prompt"}}.
   *
   * @param file is replaced at once, when all is written
   * @throws IOException names the file that cannot be written
   */
  public void write(Path file) throws IOException {
    AtomicFiles.writeLines(
        file, prompts.stream().map(one -> JSON.createObjectNode().put("prompt", one).toString()));
  }

  /** {@return the numbers of the summary, a line each} */
  public List<String> lines() {
    return summary().entrySet().stream()
        .map(number -> String.format(Locale.ROOT, "%-15s %6d", number.getKey(), number.getValue()))
        .toList();
  }

  /** {@return the numbers by name: {@code sampled}, {@code kept} and each filter's} */
  public Map<String, Integer> summary() {
    Map<String, Integer> out = new LinkedHashMap<>();
    out.put("sampled", sampled);
    out.put("kept", prompts.size());
    rejected.forEach((reason, number) -> out.put(reason.label(), number));
    return out;
  }
}
