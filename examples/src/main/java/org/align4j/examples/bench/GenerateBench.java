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
  /** Generates; the result is what is printed as JSON. */
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
