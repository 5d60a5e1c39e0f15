package org.align4j.policy;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.align4j.core.ConfigurationException;
import org.align4j.core.data.Content;
import org.align4j.policy.text.TextEncoder;

/** Exchanges the system turn that a model's prompts begin with. */
final class SystemTurn implements UnaryOperator<int[]> {
  private final int[] own;
  private final int[] other;

  /** Finds both system turns as what any two prompts begin with. */
  SystemTurn(TextEncoder text, String systemPrompt) {
    own = common(text, "");
    other = common(text, systemPrompt);
  }

  private static int[] common(TextEncoder text, String systemPrompt) {
    int[] a = text.prompt(Content.user(systemPrompt, "a"));
    int[] b = text.prompt(Content.user(systemPrompt, "7"));
    return Arrays.copyOf(a, Arrays.mismatch(a, b));
  }

  @Override
  public int[] apply(int[] prompt) {
    if (Arrays.mismatch(own, 0, own.length, prompt, 0, Math.min(own.length, prompt.length)) >= 0) {
      throw new ConfigurationException(
          "teacher_system_prompt needs prompts of one user message under the template's own"
              + " system turn");
    }
    int[] out = Arrays.copyOf(other, other.length + prompt.length - own.length);
    System.arraycopy(prompt, own.length, out, other.length, prompt.length - own.length);
    return out;
  }
}
