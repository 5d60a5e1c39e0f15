package org.align4j.policy.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.align4j.core.chat.ChatTemplate;
import org.align4j.core.data.Content;
import org.align4j.core.data.DataException;
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
    Content prompt = Content.user("hi");
    int[] ids = encoder.prompt(prompt);
    int[] completion = encoder.completion("r", prompt, ids, Content.assistant("ok"));
    assertThat(MERGING.decode(ids)).isEqualTo("[user]hi|[assistant]");
    assertThat(MERGING.decode(completion)).isEqualTo("ok|");
  }

  @Test
  void rawTextGetsTheEndTokenOnce() {
    Content prompt = new Content.Text("x ");
    int[] ids = encoder.prompt(prompt);
    assertThat(MERGING.decode(encoder.completion("r", prompt, ids, new Content.Text("y"))))
        .isEqualTo("y$");
    assertThat(MERGING.decode(encoder.completion("r", prompt, ids, new Content.Text("y$"))))
        .isEqualTo("y$");
  }

  @Test
  void tokensThatMergeAcrossTheBoundaryAreAnErrorThatNamesTheRow() {
    Content prompt = new Content.Text("xa");
    assertThatThrownBy(
            () ->
                encoder.completion(
                    "prefs.jsonl:7", prompt, encoder.prompt(prompt), new Content.Text("bc")))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("prefs.jsonl:7: the prompt's tokens are not a prefix")
        .hasMessageContaining("part at token 1");
  }

  @Test
  void messageListsNeedATemplateAndSidesMustMatch() {
    TextEncoder plain = new TextEncoder(MERGING, null, "$");
    assertThatThrownBy(() -> plain.prompt(Content.user("hi")))
        .hasMessageContaining("chat template");
    assertThatThrownBy(
            () ->
                encoder.completion(
                    "r:1", new Content.Text("a"), new int[] {97}, Content.assistant("b")))
        .hasMessageContaining("both be strings or both be message lists");
  }

  @Test
  void whatAllPromptsBeginWithStandsOnce() {
    int[] long1 = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    int[] long2 = {1, 2, 3, 4, 5, 6, 7, 8, 10, 11};
    TokenBatch batch =
        TokenBatch.of(
            List.of(
                new PromptCompletions(long1, List.of(new int[] {20, 21}, new int[] {22, 23})),
                new PromptCompletions(long2, List.of(new int[] {24}))));
    assertThat(batch.ids()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 22, 10, 11);
    assertThat(batch.positions()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 8, 9);
    assertThat(batch.targets()).containsExactly(20, 21, 22, 23, 24);
    assertThat(batch.headRows()).containsExactly(8, 9, 8, 10, 12);
    assertThat(batch.offsets()).containsExactly(0, 2, 4, 5);
    assertThat(batch.spans())
        .extracting(span -> span.queryStart() + "+" + span.length() + " of " + span.keys())
        .containsExactly("0+8 of 8", "8+2 of 10", "10+1 of 10", "11+2 of 10");
    assertThat(TokenBatch.sharedPrefix(List.of(long1))).isZero();
    assertThat(TokenBatch.sharedPrefix(List.of(long1, new int[] {1, 2, 3, 4}))).isZero();
    assertThatThrownBy(() -> new PromptCompletions(new int[] {1}, List.of(new int[0])))
        .hasMessageContaining("at least one target token");
  }
}
