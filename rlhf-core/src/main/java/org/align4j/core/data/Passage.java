package org.align4j.core.data;

import java.util.List;

/** A prompt or completion: raw text, or the messages of a dialogue for a chat template. */
public sealed interface Passage {

  /** Text that is tokenised as it stands. */
  record Text(String text) implements Passage {}

  /** Turns that a chat template renders; never empty. */
  record Chat(List<Message> messages) implements Passage {
    /** Copies the list. */
    public Chat {
      messages = List.copyOf(messages);
      if (messages.isEmpty()) {
        throw new IllegalArgumentException("a dialogue needs a message");
      }
    }
  }

  /** A dialogue of one user turn. */
  static Passage user(String content) {
    return new Chat(List.of(Message.user(content)));
  }

  /** A dialogue of one assistant turn. */
  static Passage assistant(String content) {
    return new Chat(List.of(Message.assistant(content)));
  }
}
