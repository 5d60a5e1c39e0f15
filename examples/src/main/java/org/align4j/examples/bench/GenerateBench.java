package org.align4j.examples.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.run.Progress;
import org.align4j.policy.ChatModel;
import org.align4j.policy.generate.Completion;
import org.align4j.policy.generate.Generator;
import org.align4j.policy.generate.SamplingParams;
import org.apache.commons.math3.stat.descriptive.rank.Median;

/**
 * Times greedy generation with a model that is loaded before.
 *
 * @param batch sequences at a time
 * @param tokens most tokens of a completion
 * @param repeat times that it is done; the JVM compiles in the first
 */
public record GenerateBench(int batch, int tokens, int repeat) {
  /**
   * Generates completions of the prompts, all of them in each repetition.
   *
   * @param model with its weights as they are to be timed; stays open
   * @param prompts user messages, at least one
   * @param progress shows the prompts of each repetition
   * @return what is printed as JSON: {@code tokens_per_second}, the median of {@code all}, the
   *     rates in the order of the repetitions; {@code tokens} of one repetition; {@code batch}
   */
  public Map<String, Object> run(ChatModel model, List<String> prompts, Progress.Factory progress) {
    List<int[]> ids = prompts.stream().map(model.parts().text()::userPrompt).toList();
    double[] rates = new double[repeat];
    int generated = 0;
    try (Generator generator = model.generator(batch)) {
      for (int i = 0; i < repeat; i++) {
        long start = System.nanoTime();
        List<Completion> completions =
            generator.generate(ids, SamplingParams.greedy(tokens), progress, "generate");
        generated = completions.stream().mapToInt(completion -> completion.ids().length).sum();
        rates[i] = generated / ((System.nanoTime() - start) / 1e9);
      }
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("tokens_per_second", new Median().evaluate(rates));
    json.put("all", rates);
    json.put("tokens", generated);
    json.put("batch", batch);
    return json;
  }
}
