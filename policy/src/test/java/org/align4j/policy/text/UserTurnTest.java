package org.align4j.policy.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import org.align4j.core.ConfigurationException;
import org.align4j.core.chat.ChatTemplate;
import org.junit.jupiter.api.Test;

/** What stands around the user's message in a prompt. */
class UserTurnTest {
  private static final int END = 1;

  /** One id a character; "|" is special, and a space joins the character after it. */
  private static final Tokenizer JOINING =
      new Tokenizer() {
        @Override
        public int[] encode(String text) {
          return text.replace('|', (char) END).replaceAll(" (.)", "\u2581$1").chars().toArray();
        }

        @Override
        public String decode(int[] ids) {
          return decodeWithSpecialTokens(Arrays.stream(ids).filter(id -> id != END).toArray());
        }

        @Override
        public String decodeWithSpecialTokens(int[] ids) {
          StringBuilder out = new StringBuilder();
          Arrays.stream(ids).forEach(id -> out.append(id == END ? '|' : (char) id));
          return out.toString();
        }
      };

  private static TextEncoder encoder(String template) {
    return new TextEncoder(JOINING, new ChatTemplate(template, Map.of()), "");
  }

  private static String turns(String message) {
    return "{% for m in messages %}"
        + message
        + "{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}";
  }

  @Test
  void theOpeningIsWhatEveryPromptBeginsWith() {
    TextEncoder encoder = encoder("system|" + turns("[{{ m['role'] }}]{{ m['content'] }}|"));
    assertThat(JOINING.decodeWithSpecialTokens(encoder.userTurnOpening()))
        .isEqualTo("system|[user]");
    assertThat(encoder.endOfUserTurn()).hasValue(END);
    assertThat(encoder.endOfTurn()).hasValue(END);
  }

  @Test
  void endsOfTurnsMayDiffer() {
    TextEncoder encoder =
        encoder("{{ messages[0]['content'] }}[/INST]{{ messages[1]['content'] }}|");
    assertThat(encoder.endOfTurn()).hasValue(END);
    assertThat(encoder.endOfUserTurn()).isEmpty();
  }

  @Test
  void withoutATemplateThereIsNoTurn() {
    TextEncoder plain = new TextEncoder(JOINING, null, "");
    assertThat(plain.endOfUserTurn()).isEmpty();
    assertThatThrownBy(plain::userTurnOpening)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("the model has no chat template");
  }

  @Test
  void aTemplateThatOpensNoTurnIsRefused() {
    assertThatThrownBy(encoder(turns("{{ m['content'] }}|"))::userTurnOpening)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("writes nothing before the user's message");
    assertThatThrownBy(encoder(turns("[{{ m['role'] }}]|"))::userTurnOpening)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("or not the message itself");
  }
}
