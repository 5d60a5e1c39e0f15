package org.align4j.policy;

import java.util.ArrayList;
import java.util.List;
import org.align4j.core.data.Content;
import org.align4j.core.data.Message;
import org.align4j.core.random.RandomStream;
import org.align4j.core.random.RandomStream.Purpose;
import org.align4j.core.run.Progress;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.generate.TextGenerator;

/**
 * A conversation with a {@link ChatModel}. The weights are prepared for decoding once, so later
 * answers start faster than those of {@link ChatModel#chat}.
 */
public final class ChatSession implements AutoCloseable {
  private final PolicyModel model;
  private final TextGenerator generator;
  private final SamplingParams params;
  private final List<Message> history = new ArrayList<>();

  ChatSession(ChatModel model, SamplingParams params) {
    this.model = model.parts();
    this.params = params;
    generator = new TextGenerator(this.model, 1, true);
  }

  /**
   * Says something and returns the model's answer, which both become part of the conversation.
   *
   * @param message what the user says
   * @return the answer, stripped
   */
  public String say(String message) {
    history.add(Message.user(message));
    int[] prompt = model.text().prompt(new Content.Chat(history));
    SamplingParams seeded =
        params.withSeed(RandomStream.of(params.seed(), Purpose.SAMPLING).at(history.size()).seed());
    String answer =
        generator.completions(List.of(prompt), seeded, Progress.SILENT, "chat", () -> false).get(0);
    history.add(Message.assistant(answer));
    return answer;
  }

  /** {@return the messages so far} */
  public List<Message> history() {
    return List.copyOf(history);
  }

  @Override
  public void close() {
    generator.close();
  }
}
