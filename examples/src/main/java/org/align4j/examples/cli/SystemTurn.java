package org.align4j.examples.cli;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.align4j.policy.format.PolicyModel;
import org.align4j.reward.text.ChatTurns;

/** Exchanges the system turn that a model's prompts begin with. */
final class SystemTurn implements UnaryOperator<int[]> {
  private final int[] own;
  private final int[] other;

  /** Finds both system turns as what any two prompts begin with. */
  SystemTurn(PolicyModel model, String systemPrompt) {
    own = common(model, "");
    other = common(model, systemPrompt);
  }

  private static int[] common(PolicyModel model, String systemPrompt) {
    int[] a = model.text().prompt(ChatTurns.prompt(systemPrompt, "a"));
    int[] b = model.text().prompt(ChatTurns.prompt(systemPrompt, "7"));
    return Arrays.copyOf(a, Arrays.mismatch(a, b));
  }

  @Override
  public int[] apply(int[] prompt) {
    if (Arrays.mismatch(own, 0, own.length, prompt, 0, Math.min(own.length, prompt.length)) >= 0) {
      throw new IllegalArgumentException(
          "teacher_system_prompt needs prompts of one user message under the template's own"
              + " system turn");
    }
    int[] out = Arrays.copyOf(other, other.length + prompt.length - own.length);
    System.arraycopy(prompt, own.length, out, other.length, prompt.length - own.length);
    return out;
  }
}
