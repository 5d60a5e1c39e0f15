package org.align4j.policy.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.align4j.core.ConfigurationException;
import org.align4j.core.chat.ChatTemplate;
import org.align4j.core.data.Content;
import org.align4j.core.data.DataException;
import org.align4j.core.data.Message;

/**
 * Turns prompts and completions into token ids. The completion's ids are what follows the prompt's
 * ids in the ids of both together; where the prompt's ids are no prefix of them, that is an error,
 * because any mask would then be shifted.
 */
public final class TextEncoder {
  /** Messages whose first tokens differ. */
  private static final List<String> PROBES = List.of("Where", "7", "(");

  private final Tokenizer tokenizer;
  private final ChatTemplate template;
  private final String endOfText;
  private final int[] beginning;

  /**
   * Makes an encoder that lets raw text begin as the tokenizer says.
   *
   * @param tokenizer text to ids
   * @param template null for models without one
   * @param endOfText appended to raw-text completions, so that the model learns to stop
   */
  public TextEncoder(Tokenizer tokenizer, ChatTemplate template, String endOfText) {
    this(tokenizer, template, endOfText, tokenizer.beginning());
  }

  /**
   * Makes an encoder.
   *
   * @param tokenizer text to ids
   * @param template null for models without one; it writes itself what a dialogue begins with
   * @param endOfText appended to raw-text completions, so that the model learns to stop
   * @param beginning ids that raw text begins with, such as that of {@code <s>}; may be empty
   */
  public TextEncoder(
      Tokenizer tokenizer, ChatTemplate template, String endOfText, int... beginning) {
    this.tokenizer = tokenizer;
    this.template = template;
    this.endOfText = endOfText;
    this.beginning = beginning.clone();
  }

  /** {@return whether dialogues can be rendered} */
  public boolean hasChatTemplate() {
    return template != null;
  }

  /**
   * {@return ids of a prompt, with the assistant's turn opened for dialogues}
   *
   * @param prompt dialogue or raw text
   */
  public int[] prompt(Content prompt) {
    return encode(prompt, promptText(prompt));
  }

  /**
   * {@return ids of one user message as a prompt}
   *
   * @param message what the user says
   */
  public int[] userPrompt(String message) {
    return prompt(Content.user(message));
  }

  /**
   * {@return ids of a completion after a prompt}
   *
   * @param source {@code file:row}, for messages
   * @param prompt dialogue or raw text
   * @param promptIds what {@link #prompt} returned
   * @param completion the turn or text that follows
   */
  public int[] completion(String source, Content prompt, int[] promptIds, Content completion) {
    int[] all = encode(prompt, fullText(source, prompt, completion));
    if (all.length <= promptIds.length) {
      throw new DataException(source + ": the completion has no tokens");
    }
    if (Arrays.mismatch(promptIds, 0, promptIds.length, all, 0, promptIds.length) >= 0) {
      int at = Arrays.mismatch(promptIds, all);
      throw new DataException(
          source
              + ": the prompt's tokens are not a prefix of prompt + completion (they part at token "
              + at
              + "); end the prompt at a token boundary, for example without a trailing space, or"
              + " use message lists");
    }
    return Arrays.copyOfRange(all, promptIds.length, all.length);
  }

  /**
   * Ids of what a prompt of one user message begins with, whatever the message is: a system turn,
   * if the template writes one, and the opening of the user's turn.
   *
   * @return at least one id
   * @throws ConfigurationException without a template, or if it writes nothing there
   */
  public int[] userTurnOpening() {
    if (template == null) {
      throw new ConfigurationException(
          "the model has no chat template, so no user's turn can be opened; choose a chat model");
    }
    int[] opening = userPrompt(PROBES.get(0));
    for (String probe : PROBES) {
      int[] other = userPrompt(probe);
      int mismatch = Arrays.mismatch(opening, other);
      opening = mismatch < 0 ? opening : Arrays.copyOf(opening, mismatch);
    }
    if (opening.length == 0 || opening.length == userPrompt(PROBES.get(0)).length) {
      throw new ConfigurationException(
          "the chat template writes nothing before the user's message, or not the message itself;"
              + " choose a model whose template opens a user's turn");
    }
    return opening;
  }

  /**
   * {@return the special token that the template ends the user's turn with; empty where there is
   * none or no template}
   */
  public OptionalInt endOfUserTurn() {
    return specialAfter("question");
  }

  /**
   * {@return the special token that the template ends the assistant's turn with, such as {@code
   * <|im_end|>}; empty where there is none or no template}
   */
  public OptionalInt endOfTurn() {
    return specialAfter("answer");
  }

  /** The special token that follows a message of a dialogue of "question" and "answer". */
  private OptionalInt specialAfter(String message) {
    if (template == null) {
      return OptionalInt.empty();
    }
    String rendered;
    try {
      rendered =
          template.render(
              List.of(new Message("user", "question"), new Message("assistant", "answer")), false);
    } catch (DataException e) {
      // A template for other dialogues; using it will say why it refuses them.
      return OptionalInt.empty();
    }
    int at = rendered.lastIndexOf(message);
    String rest = at < 0 ? "" : rendered.substring(at + message.length()).stripLeading();
    int[] ids = rest.isEmpty() ? new int[0] : tokenizer.encode(rest);
    return ids.length > 0 && isSpecial(ids[0]) ? OptionalInt.of(ids[0]) : OptionalInt.empty();
  }

  private boolean isSpecial(int id) {
    int[] alone = {id};
    return tokenizer.decode(alone).isEmpty() && !tokenizer.decodeWithSpecialTokens(alone).isEmpty();
  }

  /** Raw text gets its beginning unless it is written there already. */
  private int[] encode(Content prompt, String text) {
    int[] ids = tokenizer.encode(text);
    boolean begun =
        ids.length >= beginning.length
            && Arrays.equals(beginning, 0, beginning.length, ids, 0, beginning.length);
    if (prompt instanceof Content.Chat || begun) {
      return ids;
    }
    int[] out = Arrays.copyOf(beginning, beginning.length + ids.length);
    System.arraycopy(ids, 0, out, beginning.length, ids.length);
    return out;
  }

  private String promptText(Content prompt) {
    if (prompt instanceof Content.Text text) {
      return text.text();
    }
    return requireTemplate("prompt").render(((Content.Chat) prompt).messages(), true);
  }

  private String fullText(String source, Content prompt, Content completion) {
    if (prompt instanceof Content.Text p && completion instanceof Content.Text c) {
      return p.text() + (c.text().endsWith(endOfText) ? c.text() : c.text() + endOfText);
    }
    if (prompt instanceof Content.Chat p && completion instanceof Content.Chat c) {
      List<Message> all = new ArrayList<>(p.messages());
      all.addAll(c.messages());
      return requireTemplate(source).render(all, false);
    }
    throw new DataException(
        source + ": prompt and completion must both be strings or both be message lists");
  }

  private ChatTemplate requireTemplate(String source) {
    if (template == null) {
      throw new DataException(
          source
              + ": message lists need a chat template, which this model does not have; use plain"
              + " strings");
    }
    return template;
  }
}
