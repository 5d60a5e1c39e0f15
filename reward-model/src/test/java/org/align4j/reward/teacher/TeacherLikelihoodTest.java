package org.align4j.reward.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.align4j.core.data.Message;
import org.align4j.core.data.Passage;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.align4j.reward.Fixtures;
import org.align4j.reward.Rewards;
import org.junit.jupiter.api.Test;

class TeacherLikelihoodTest {
  private static final List<String> PROMPTS =
      List.of("who bakes the bread?", "a river?", "who bakes the bread?", "a river?", "geese?");
  private static final List<String> COMPLETIONS =
      List.of("A baker does.", "The Ouse.", "Nobody does, I think.", "", "There are 12 geese.");

  private final PolicyModel teacher = Fixtures.model("policy");

  /** Log-probs of one completion, on its own. */
  private static double[] alone(PolicyModel model, Passage prompt, String completion) {
    int[] promptIds = model.text().prompt(prompt);
    String text = completion.isEmpty() ? " " : completion;
    int[] ids = model.text().completion("row", prompt, promptIds, Passage.assistant(text));
    TokenBatch batch = TokenBatch.unshared(List.of(new PromptCompletions(promptIds, List.of(ids))));
    return model.transformer().forward(batch, Mode.EVALUATE).logProbs();
  }

  @Test
  void isTheMeanOrTheSumOfTheTokensLogProbs() {
    double[] means = Rewards.likelihood(teacher).rewards(PROMPTS, COMPLETIONS);
    double[] sums = Rewards.likelihood(teacher).summed().rewards(PROMPTS, COMPLETIONS);
    for (int i = 0; i < means.length; i++) {
      double[] expected = alone(teacher, Passage.user(PROMPTS.get(i)), COMPLETIONS.get(i));
      double sum = Arrays.stream(expected).sum();
      assertThat(sums[i]).as("sum %d", i).isCloseTo(sum, within(1e-4));
      assertThat(means[i]).as("mean %d", i).isCloseTo(sum / expected.length, within(1e-5));
    }
    assertThat(means[0]).isNotCloseTo(means[2], within(1e-3));
  }

  /** More tokens than one batch holds are cut into several, with the same result. */
  @Test
  void manyCompletionsAreScoredInBatches() {
    List<String> prompts = new ArrayList<>();
    List<String> completions = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      prompts.add(PROMPTS.get(i % PROMPTS.size()));
      completions.add(COMPLETIONS.get(i % COMPLETIONS.size()));
    }
    double[] few = Rewards.likelihood(teacher).rewards(PROMPTS, COMPLETIONS);
    double[] many = Rewards.likelihood(teacher).rewards(prompts, completions);
    for (int i = 0; i < many.length; i++) {
      assertThat(many[i]).isCloseTo(few[i % few.length], within(1e-5));
    }
    assertThat(Rewards.likelihood(teacher).rewards(List.of(), List.of())).isEmpty();
  }

  @Test
  void theTeacherReadsPromptsUnderItsOwnSystemPrompt() {
    double reward =
        Rewards.likelihood(teacher)
            .withSystemPrompt("be brief")
            .rewards(List.of("a river?"), List.of("The Ouse."))[0];
    Passage prompt =
        new Passage.Chat(List.of(new Message("system", "be brief"), Message.user("a river?")));
    double[] expected = alone(teacher, prompt, "The Ouse.");
    assertThat(reward)
        .isCloseTo(Arrays.stream(expected).average().orElseThrow(), within(1e-5))
        .isNotCloseTo(
            Rewards.likelihood(teacher).rewards(List.of("a river?"), List.of("The Ouse."))[0],
            within(1e-4));
  }

  /** Texts are encoded by the teacher, so what the student's tokens were plays no part. */
  @Test
  void blanksAroundACompletionAreNoPartOfIt() {
    double[] rewards =
        Rewards.likelihood(teacher)
            .rewards(List.of("a river?", "a river?"), List.of("The Ouse.", " The Ouse.\n"));
    assertThat(rewards[1]).isCloseTo(rewards[0], within(1e-6));
  }

  @Test
  void aStudentTeachesWhatItWasBeforeTraining() {
    double[] before = Rewards.likelihood(teacher).rewards(PROMPTS, COMPLETIONS);
    teacher.transformer().addAdapter(LoraConfig.allLinear(4, 8), 1);
    for (Parameter parameter : teacher.transformer().parameters()) {
      for (int r = 0; r < parameter.value().rows(); r++) {
        for (int c = 0; c < parameter.value().columns(); c++) {
          parameter.value().set(r, c, 0.3f);
        }
      }
    }
    assertThat(TeacherLikelihood.ofItself(teacher).rewards(PROMPTS, COMPLETIONS))
        .containsExactly(before, within(1e-5));
    assertThat(Rewards.likelihood(teacher).rewards(PROMPTS, COMPLETIONS)[0])
        .isNotCloseTo(before[0], within(1e-3));
  }

  @Test
  void whatCannotTeachIsRefused() {
    assertThatThrownBy(
            () ->
                new TeacherLikelihood(
                    teacher, Mode.TRAIN, "", TeacherLikelihood.Normalization.MEAN))
        .hasMessageContaining("got TRAIN");
    teacher.transformer().trainAllWeights();
    assertThatThrownBy(() -> TeacherLikelihood.ofItself(teacher))
        .hasMessageContaining("train an adapter");
    assertThatThrownBy(
            () -> Rewards.likelihood(teacher).rewards(List.of("hi"), List.of("yes ".repeat(400))))
        .hasMessageContaining("completion 0 has")
        .hasMessageContaining("the teacher reads at most 256");
    assertThatThrownBy(() -> Rewards.likelihood(teacher).rewards(List.of("hi"), List.of()))
        .hasMessage("1 prompts for 0 completions");
  }
}
