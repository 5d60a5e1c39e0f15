package org.align4j.policy.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.align4j.core.chat.ChatTemplate;
import org.align4j.core.data.DataException;
import org.align4j.core.data.Passage;
import org.junit.jupiter.api.Test;

/**
 * FIELD row 5: encode(prompt) must be a prefix of encode(prompt + completion), or it is an error.
 */
class TextEncoderTest {
  private static final String TEMPLATE =
      "{% for m in messages %}[{{ m['role'] }}]{{ m['content'] }}|{% endfor %}"
          + "{% if add_generation_prompt %}[assistant]{% endif %}";

  /** One id a character, but "ab" is a single token. */
  private static final Tokenizer MERGING =
      new Tokenizer() {
        @Override
        public int[] encode(String text) {
          return text.replace("ab", "\u0100").chars().toArray();
        }

        @Override
        public String decode(int[] ids) {
          StringBuilder out = new StringBuilder();
          Arrays.stream(ids).forEach(id -> out.append(id == 0x100 ? "ab" : Character.toString(id)));
          return out.toString();
        }

        @Override
        public String decodeWithSpecialTokens(int[] ids) {
          return decode(ids);
        }
      };

  private final TextEncoder encoder =
      new TextEncoder(MERGING, new ChatTemplate(TEMPLATE, Map.of()), "$");

  @Test
  void completionIsWhatFollowsThePrompt() {
    Passage prompt = Passage.user("hi");
    int[] ids = encoder.prompt(prompt);
    int[] completion = encoder.completion("r", prompt, ids, Passage.assistant("ok"));
    assertThat(MERGING.decode(ids)).isEqualTo("[user]hi|[assistant]");
    assertThat(MERGING.decode(completion)).isEqualTo("ok|");
  }

  @Test
  void rawTextGetsTheEndTokenOnce() {
    Passage prompt = new Passage.Text("x ");
    int[] ids = encoder.prompt(prompt);
    assertThat(MERGING.decode(encoder.completion("r", prompt, ids, new Passage.Text("y"))))
        .isEqualTo("y$");
    assertThat(MERGING.decode(encoder.completion("r", prompt, ids, new Passage.Text("y$"))))
        .isEqualTo("y$");
  }

  @Test
  void tokensThatMergeAcrossTheBoundaryAreAnErrorThatNamesTheRow() {
    Passage prompt = new Passage.Text("xa");
    assertThatThrownBy(
            () ->
                encoder.completion(
                    "prefs.jsonl:7", prompt, encoder.prompt(prompt), new Passage.Text("bc")))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("prefs.jsonl:7: the prompt's tokens are not a prefix")
        .hasMessageContaining("part at token 1");
  }

  @Test
  void messageListsNeedATemplateAndSidesMustMatch() {
    TextEncoder plain = new TextEncoder(MERGING, null, "$");
    assertThatThrownBy(() -> plain.prompt(Passage.user("hi")))
        .hasMessageContaining("chat template");
    assertThatThrownBy(
            () ->
                encoder.completion(
                    "r:1", new Passage.Text("a"), new int[] {97}, Passage.assistant("b")))
        .hasMessageContaining("both be strings or both be message lists");
  }

  @Test
  void sharedPrefixWithinPromptsScoresOnlyTheCompletion() {
    TokenBatch batch =
        TokenBatch.of(
            List.of(
                new PromptCompletions(
                    new int[] {1, 2}, List.of(new int[] {3, 4, 5}), new int[] {2})));
    assertThat(batch.targets()).containsExactly(5);
    assertThat(batch.headRows()).containsExactly(3);
    assertThat(batch.ids()).containsExactly(1, 2, 3, 4);
    int[] long1 = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    int[] long2 = {1, 2, 3, 4, 5, 6, 7, 8, 10, 11};
    List<int[]> answers = List.of(new int[] {20, 21}, new int[] {22});
    List<PromptCompletions> grouped =
        PromptCompletions.sharingPrefix(List.of(long1, long2), answers);
    assertThat(grouped).hasSize(1);
    assertThat(grouped.get(0).prompt()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(TokenBatch.of(grouped).targets()).containsExactly(20, 21, 22);
    assertThat(PromptCompletions.sharingPrefix(List.of(long1), answers)).hasSize(1);
    assertThatThrownBy(
            () -> new PromptCompletions(new int[] {1}, List.of(new int[] {2}), new int[] {1}))
        .hasMessageContaining("at least one target");
  }
}
