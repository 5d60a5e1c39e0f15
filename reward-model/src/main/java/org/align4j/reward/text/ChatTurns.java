package org.align4j.reward.text;

import java.util.ArrayList;
import java.util.List;
import org.align4j.core.data.Content;
import org.align4j.core.reward.RewardFunction;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TextEncoder;

/**
 * Encodes prompts as user turns and completions as the assistant's turns after them.
 *
 * @param encoder tokenizer and chat template
 * @param systemPrompt stands before every prompt; empty = the template's own
 */
public record ChatTurns(TextEncoder encoder, String systemPrompt) {

  /**
   * Token ids of every prompt with its completion, whose end-of-turn token is included.
   *
   * @param prompts one a completion
   * @param completions texts
   * @return one group of a single completion each, in order
   */
  public List<PromptCompletions> encode(List<String> prompts, List<String> completions) {
    RewardFunction.requirePaired(prompts, completions);
    List<PromptCompletions> out = new ArrayList<>(prompts.size());
    for (int i = 0; i < prompts.size(); i++) {
      Content prompt = Content.user(systemPrompt, prompts.get(i));
      int[] ids = encoder.prompt(prompt);
      Content answer = Content.assistant(turn(completions.get(i)));
      out.add(
          new PromptCompletions(
              ids, List.of(encoder.completion("completion " + i, prompt, ids, answer))));
    }
    return out;
  }

  /**
   * A turn as training sees it, without blanks around it: one in front would join the template's
   * last token. A template may refuse an empty answer; an empty one is encoded as a space.
   */
  private static String turn(String completion) {
    String text = completion.strip();
    return text.isEmpty() ? " " : text;
  }
}
