package org.align4j.core.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.align4j.core.data.Message;
import org.junit.jupiter.api.Test;

class ChatTemplateTest {
  private static final List<Message> DIALOGUE =
      List.of(Message.user("Hi"), Message.assistant("Hello"));

  private static String render(String template, boolean generation) {
    return new ChatTemplate(template, Map.of("bos_token", "<s>", "eos_token", "</s>"))
        .render(DIALOGUE, generation);
  }

  @Test
  void chatMl() {
    String template =
        "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ 'SYS\n' }}"
            + "{% endif %}{{'<' + message['role'] + '>\n' + message['content'] + '\n'}}{% endfor %}"
            + "{% if add_generation_prompt %}{{ '<assistant>\n' }}{% endif %}";
    assertThat(render(template, false)).isEqualTo("SYS\n<user>\nHi\n<assistant>\nHello\n");
    assertThat(render(template, true)).endsWith("Hello\n<assistant>\n");
  }

  @Test
  void namespacesSpecialTokensAndJson() {
    String template =
        "{{ bos_token }}{% set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + 1 %}"
            + "{{ m.content | tojson }}{% endfor %}{{ ns.n }}{{ eos_token }}";
    assertThat(render(template, false)).isEqualTo("<s>\"Hi\"\"Hello\"2</s>");
  }

  @Test
  void templateMayRefuseTheDialogue() {
    String template =
        "{% for m in messages %}{% if m['role'] != 'user' %}{{ raise_exception('only users here') }}"
            + "{% endif %}{% endfor %}";
    assertThatThrownBy(() -> render(template, false)).hasMessageContaining("only users here");
  }

  @Test
  void dateFunction() {
    assertThat(render("{{ strftime_now('%Y-%m-%d') }}", false)).matches("\\d{4}-\\d{2}-\\d{2}");
  }
}
