package org.align4j.reward.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.align4j.core.run.Progress;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.NextTokenLogits;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.align4j.reward.Fixtures;
import org.align4j.reward.report.RefusalReadiness.Openings;
import org.junit.jupiter.api.Test;

/** Against sums over the whole next-token distribution of a tiny random model. */
class RefusalReadinessTest {
  private static final List<String> PROMPTS =
      List.of("bread?", "a river of geese?", "yes please", "no way");

  private final PolicyModel model = Fixtures.model("policy");

  private double[] distribution(String prompt, int... before) {
    int[] whole = model.text().userPrompt(prompt);
    int[] prefix = Arrays.copyOf(whole, whole.length + before.length);
    System.arraycopy(before, 0, prefix, whole.length, before.length);
    TokenBatch batch =
        TokenBatch.of(List.of(new PromptCompletions(prefix, List.of(new int[] {0}))));
    try (NextTokenLogits logits = model.transformer().logits(batch, Mode.EVALUATE);
        Tensor row = Tensor.zeros(1, logits.vocabulary())) {
      logits.read(0, row);
      float[] values = new float[logits.vocabulary()];
      row.readRow(0, values, 0);
      double sum = 0;
      double[] out = new double[values.length];
      for (int i = 0; i < out.length; i++) {
        out[i] = Math.exp(values[i]);
        sum += out[i];
      }
      for (int i = 0; i < out.length; i++) {
        out[i] /= sum;
      }
      return out;
    }
  }

  private Openings probe(List<int[]> openings) {
    return new RefusalReadiness(model, openings, Progress.SILENT).of(PROMPTS, "probe");
  }

  @Test
  void openingsOfSeveralTokensAddUp() {
    Openings found = probe(List.of(new int[] {5}, new int[] {7, 3}, new int[] {7, 4, 9}));
    for (int i = 0; i < PROMPTS.size(); i++) {
      double[] first = distribution(PROMPTS.get(i));
      double[] second = distribution(PROMPTS.get(i), 7);
      double third = distribution(PROMPTS.get(i), 7, 4)[9];
      double expected = first[5] + first[7] * (second[3] + second[4] * third);
      assertThat(found.probabilities()[i]).isCloseTo(expected, within(1e-6 * expected));
      assertThat(found.logProbs()[i]).isCloseTo(Math.log(expected), within(1e-5));
    }
  }

  @Test
  void theWholeVocabularyIsCertainAndGreedy() {
    int vocabulary = distribution("bread?").length;
    List<int[]> all = IntStream.range(0, vocabulary).mapToObj(i -> new int[] {i}).toList();
    Openings found = probe(all);
    for (double probability : found.probabilities()) {
      assertThat(probability).isCloseTo(1, within(1e-5)).isLessThanOrEqualTo(1);
    }
    assertThat(found.greedy()).containsOnly(true);
  }

  @Test
  void greedyTellsWhatDecodingWouldBeginWith() {
    double[] first = distribution(PROMPTS.get(0));
    int likeliest = 0;
    for (int i = 1; i < first.length; i++) {
      likeliest = first[i] > first[likeliest] ? i : likeliest;
    }
    int other = likeliest == 0 ? 1 : 0;
    assertThat(probe(List.of(new int[] {likeliest})).greedy()[0]).isTrue();
    assertThat(probe(List.of(new int[] {other})).greedy()[0]).isFalse();
    assertThat(probe(List.of(new int[] {other}, new int[] {likeliest})).greedy()[0]).isTrue();
  }

  @Test
  void openingsThatAreContainedInOthersDoNotCountTwice() {
    List<int[]> openings =
        List.of(new int[] {7, 3}, new int[] {7}, new int[] {5, 2}, new int[] {5, 2}, new int[] {6});
    assertThat(RefusalReadiness.prefixFree(openings))
        .containsExactly(new int[] {7}, new int[] {5, 2}, new int[] {6});
    assertThat(probe(openings).probabilities())
        .isEqualTo(probe(RefusalReadiness.prefixFree(openings)).probabilities());
    assertThat(probe(Collections.nCopies(3, new int[] {4})).probabilities())
        .isEqualTo(probe(List.of(new int[] {4})).probabilities());
  }
}
