package org.align4j.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.align4j.core.run.Progress;
import org.align4j.policy.ChatModel;
import org.align4j.policy.generate.Completion;
import org.align4j.policy.generate.Generator;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.tck.TinyChatModel;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerateBenchTest {
  private static final List<String> PROMPTS = List.of("bread", "rain on the roof", "x");

  @TempDir static Path folder;

  @BeforeAll
  static void create() throws IOException {
    TinyChatModel.create(folder, 3).close();
  }

  private static Map<String, Object> run(GenerateBench bench, Progress.Factory progress) {
    try (ChatModel model = ChatModel.load(folder.toString())) {
      return bench.run(model, PROMPTS, progress);
    }
  }

  /** What greedy decoding of the prompts, as users' turns, comes to. */
  private static int greedyTokens(int limit) {
    try (ChatModel model = ChatModel.load(folder.toString());
        Generator generator = model.generator(1)) {
      List<int[]> ids = PROMPTS.stream().map(model.parts().text()::userPrompt).toList();
      List<Completion> completions =
          generator.generate(ids, SamplingParams.greedy(limit), Progress.SILENT, "test");
      return completions.stream().mapToInt(one -> one.ids().length).sum();
    }
  }

  @Test
  void countsTheTokensOfOneRepetition() {
    Map<String, Object> json = run(new GenerateBench(2, 5, 3), Progress.SILENT);
    assertThat(json).containsOnlyKeys("tokens_per_second", "all", "tokens", "batch");
    assertThat(json).containsEntry("tokens", greedyTokens(5)).containsEntry("batch", 2);
    assertThat(greedyTokens(5)).isBetween(3, 15);
  }

  @Test
  void theRateIsTheMedianOfTheRepetitions() {
    Map<String, Object> json = run(new GenerateBench(3, 2, 3), Progress.SILENT);
    double[] rates = ((double[]) json.get("all")).clone();
    assertThat(rates).hasSize(3);
    assertThat(Arrays.stream(rates)).allMatch(rate -> rate > 0 && Double.isFinite(rate));
    Arrays.sort(rates);
    assertThat(json).containsEntry("tokens_per_second", rates[1]);
  }

  @Test
  void aSingleRepetitionIsItsOwnMedian() {
    Map<String, Object> json = run(new GenerateBench(1, 1, 1), Progress.SILENT);
    assertThat(json).containsEntry("tokens", PROMPTS.size());
    assertThat((double[]) json.get("all")).containsExactly((double) json.get("tokens_per_second"));
  }

  @Test
  void everyRepetitionAnswersAllPrompts() {
    List<String> tasks = new ArrayList<>();
    run(
        new GenerateBench(2, 1, 4),
        (task, total) -> {
          tasks.add(task + " " + total);
          return Progress.SILENT.start(task, total);
        });
    assertThat(tasks).hasSize(4).containsOnly("generate 3");
  }
}
