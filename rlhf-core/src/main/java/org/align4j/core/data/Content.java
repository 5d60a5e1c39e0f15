package org.align4j.core.data;

import java.util.List;
import java.util.stream.Collectors;

/** A prompt or completion: raw text, or the messages of a dialogue for a chat template. */
public sealed interface Content {

  /** {@return what was said, without roles; turns stand on lines of their own} */
  default String plainText() {
    if (this instanceof Text text) {
      return text.text();
    }
    return ((Chat) this)
        .messages().stream().map(Message::content).collect(Collectors.joining("\n"));
  }

  /**
   * Text that is tokenised as it stands.
   *
   * @param text may be empty
   */
  record Text(String text) implements Content {}

  /**
   * Turns that a chat template renders; never empty.
   *
   * @param messages the turns, at least one
   */
  record Chat(List<Message> messages) implements Content {
    /**
     * Copies the list.
     *
     * @param messages the turns, at least one
     */
    public Chat {
      messages = List.copyOf(messages);
      if (messages.isEmpty()) {
        throw new IllegalArgumentException("a dialogue needs a message");
      }
    }
  }

  /**
   * {@return a dialogue of one user turn}
   *
   * @param content what the user says
   */
  static Content user(String content) {
    return new Chat(List.of(Message.user(content)));
  }

  /**
   * {@return a dialogue of one user turn under a system prompt}
   *
   * @param systemPrompt empty = the template's own
   * @param content what the user says
   */
  static Content user(String systemPrompt, String content) {
    return systemPrompt.isEmpty()
        ? user(content)
        : new Chat(List.of(new Message("system", systemPrompt), Message.user(content)));
  }

  /**
   * {@return a dialogue of one assistant turn}
   *
   * @param content what the assistant says
   */
  static Content assistant(String content) {
    return new Chat(List.of(Message.assistant(content)));
  }
}
