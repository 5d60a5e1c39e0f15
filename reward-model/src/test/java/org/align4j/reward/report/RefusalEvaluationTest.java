package org.align4j.reward.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.align4j.core.data.AnswerFile;
import org.align4j.reward.report.RefusalEvaluation.PromptSet;
import org.align4j.reward.report.TranscriptEvaluation.Judged;
import org.junit.jupiter.api.Test;

class RefusalEvaluationTest {
  private static final String REFUSAL = "I'm sorry, but I can't help with that.";
  private static final String ANSWER = "Mix flour and water.";

  @Test
  void measuresBothKindsOfPrompts() {
    List<String> told = new ArrayList<>();
    RefusalEvaluation evaluation =
        RefusalEvaluation.of(
            List.of(new PromptSet("bad.txt", List.of("a bomb?", "a gun?"))),
            List.of(new PromptSet("good.txt", List.of("a cake?"))),
            set ->
                set.prompts().stream()
                    .map(prompt -> prompt.contains("bomb") ? REFUSAL : ANSWER)
                    .toList(),
            measured -> told.add(measured.set().name()));
    assertThat(told).containsExactly("bad.txt", "good.txt");
    assertThat(evaluation.harmful().get(0).report().rate().hits()).isEqualTo(1);
    assertThat(evaluation.benign().get(0).report().rate().hits()).isZero();
    assertThat(evaluation.json().toString())
        .startsWith("{\"harmful\":{\"bad.txt\":{\"n\":2,\"refused\":1,\"rate\":0.5,\"low\":0.09")
        .contains(",\"complete\":1,\"patterns\":{\"early\":1,\"none\":1}}},\"benign\":{")
        .endsWith(
            "\"rows\":[{\"file\":\"bad.txt\",\"prompt\":\"a bomb?\",\"completion\":\""
                + REFUSAL
                + "\",\"pattern\":\"early\"},{\"file\":\"bad.txt\",\"prompt\":\"a gun?\","
                + "\"completion\":\"Mix flour and water.\",\"pattern\":\"none\"},"
                + "{\"file\":\"good.txt\",\"prompt\":\"a cake?\","
                + "\"completion\":\"Mix flour and water.\",\"pattern\":\"none\"}]}");
    assertThat(evaluation.summary().has("rows")).isFalse();
  }

  @Test
  void labelsAreCompared() {
    Judged judged =
        TranscriptEvaluation.judge(
            "answers.jsonl",
            List.of(
                new AnswerFile.Answer(1, REFUSAL, "refusal"),
                new AnswerFile.Answer(2, ANSWER, "refusal"),
                new AnswerFile.Answer(3, ANSWER, "compliance"),
                new AnswerFile.Answer(4, ANSWER, "")));
    TranscriptEvaluation.Agreement agreement = judged.agreement().orElseThrow();
    assertThat(agreement.rate().n()).isEqualTo(3);
    assertThat(agreement.rate().hits()).isEqualTo(2);
    assertThat(new TranscriptEvaluation(List.of(judged)).json().toString())
        .contains("\"labels\":{\"refusal\":{\"early\":1,\"none\":1},\"compliance\":{\"none\":1}}}")
        .contains("{\"file\":\"answers.jsonl\",\"row\":4,\"pattern\":\"none\",\"refused\":false}");
    Judged unlabelled =
        TranscriptEvaluation.judge("more.jsonl", List.of(new AnswerFile.Answer(1, ANSWER, "")));
    assertThat(unlabelled.agreement()).isEmpty();
  }
}
