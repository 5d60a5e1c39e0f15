package org.align4j.policy.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.align4j.core.data.Content;
import org.align4j.core.run.Progress;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.tck.TinyChatModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompletionRowsTest {
  @TempDir Path folder;

  private static CompletionRows rows() {
    return new CompletionRows(
        List.of("Hi", "Say \"é\"\nagain"),
        List.of("Hello.", "é"),
        List.of(
            new Completion(new int[] {7, 8, 2}, new double[] {-0.5, -1.25, -3}, FinishReason.STOP),
            new Completion(new int[] {9, 4}, new double[] {-2, 0}, FinishReason.LENGTH)),
        2);
  }

  @Test
  void aRowHasTheTextTheIdsTheirLogProbsAndWhyItEnded() throws IOException {
    Path file = folder.resolve("new").resolve("rows.jsonl");
    rows().write(file);
    assertThat(Files.readString(file))
        .isEqualTo(
            """
            {"prompt":"Hi","completion":"Hello.","completion_ids":[7,8,2],\
            "logprobs":[-0.5,-1.25,-3.0],"finish_reason":"stop"}
            {"prompt":"Say \\"é\\"\\nagain","completion":"é","completion_ids":[9,4],\
            "logprobs":[-2.0,0.0],"finish_reason":"length"}
            """);
  }

  @Test
  void writingReplacesAnOlderFileAndLeavesNoOther() throws IOException {
    Path file = folder.resolve("rows.jsonl");
    Files.writeString(file, "older\n".repeat(50));
    rows().write(file);
    assertThat(Files.readAllLines(file)).hasSize(2).noneMatch(line -> line.contains("older"));
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void aFileThatCannotBeWrittenIsNamed() throws IOException {
    Path file = folder.resolve("rows.jsonl");
    Files.createDirectories(file.resolve("inside"));
    assertThatThrownBy(() -> rows().write(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("rows.jsonl");
  }

  @Test
  void theSummaryCountsTokensOfAllCompletions() {
    assertThat(rows().summary())
        .containsExactly(
            entry("tokens_per_second", 2.5),
            entry("tokens", 5),
            entry("seconds", 2.0),
            entry("prompts", 2));
  }

  @Test
  void laterChangesOfTheListsChangeNothing() {
    List<String> prompts = new ArrayList<>(List.of("a"));
    List<String> texts = new ArrayList<>(List.of("b"));
    List<Completion> completions =
        new ArrayList<>(List.of(new Completion(new int[1], new double[1], FinishReason.STOP)));
    CompletionRows rows = new CompletionRows(prompts, texts, completions, 1);
    prompts.clear();
    texts.clear();
    completions.clear();
    assertThat(rows.prompts()).containsExactly("a");
    assertThat(rows.texts()).containsExactly("b");
    assertThat(rows.completions()).hasSize(1);
  }

  /** Each prompt is a user's turn. */
  @Test
  void answersPromptsAsFirstMessagesOfAChat() throws IOException {
    List<String> prompts = List.of("bread", "a much longer question", "x");
    SamplingParams params = new SamplingParams(6, 1, 0, 1, 1, 4);
    try (PolicyModel model = TinyChatModel.create(folder.resolve("model"), 3);
        Generator two = generator(model, 2);
        Generator one = generator(model, 1)) {
      CompletionRows rows = CompletionRows.of(model, two, prompts, params, Progress.SILENT);
      List<int[]> ids =
          prompts.stream().map(text -> model.text().prompt(Content.user(text))).toList();
      List<Completion> expected = one.generate(ids, params, Progress.SILENT, "test");
      assertThat(rows.prompts()).isEqualTo(prompts);
      assertThat(rows.seconds()).isPositive();
      for (int i = 0; i < prompts.size(); i++) {
        int[] drawn = expected.get(i).ids();
        assertThat(rows.completions().get(i).ids()).as(prompts.get(i)).containsExactly(drawn);
        assertThat(rows.texts().get(i)).isEqualTo(model.tokenizer().decode(drawn));
      }
    }
  }

  /** A random model draws the token that ends a turn about every 260th time. */
  @Test
  void textsLackTheTokenThatEndsThem() throws IOException {
    SamplingParams params = new SamplingParams(300, 1, 0, 1, 1, 4);
    try (PolicyModel model = TinyChatModel.create(folder.resolve("model"), 3);
        Generator generator = generator(model, 8)) {
      List<String> prompts = Collections.nCopies(8, "x");
      CompletionRows rows = CompletionRows.of(model, generator, prompts, params, Progress.SILENT);
      int ended = 0;
      for (int i = 0; i < prompts.size(); i++) {
        ended += rows.completions().get(i).finishReason() == FinishReason.STOP ? 1 : 0;
        assertThat(rows.texts().get(i)).doesNotContain("<|end|>");
      }
      assertThat(ended).isPositive();
    }
  }

  private static Generator generator(PolicyModel model, int slots) {
    return new Generator(model.transformer(), model.assets().stopTokens(), slots, false);
  }
}
