package org.align4j.reward.teacher;

import java.util.List;
import org.align4j.core.data.Content;
import org.align4j.core.distillation.Teacher;
import org.align4j.core.run.Progress;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.generate.TextGenerator;

/**
 * A model in this process that answers prompts: another model, or the student itself without its
 * adapter or under a system prompt.
 */
public final class LocalTeacher implements Teacher {
  private static final int SLOTS = 32;

  private final PolicyModel model;
  private final boolean adapter;
  private final String systemPrompt;
  private final SamplingParams params;

  /**
   * Makes a teacher that answers with a model's weights as they are when it is asked.
   *
   * @param model stays open while the teacher is in use
   * @param adapter whether the model's adapter takes part
   * @param systemPrompt instruction that stands before every prompt; empty = the template's own
   * @param params how tokens are chosen, and how many at most
   */
  public LocalTeacher(
      PolicyModel model, boolean adapter, String systemPrompt, SamplingParams params) {
    this.model = model;
    this.adapter = adapter;
    this.systemPrompt = systemPrompt;
    this.params = params;
  }

  /**
   * {@return a model as it is, greedily}
   *
   * @param model stays open while the teacher is in use
   * @param systemPrompt stands before every prompt; empty = the template's own
   * @param maxNewTokens most tokens of an answer
   */
  public static LocalTeacher greedy(PolicyModel model, String systemPrompt, int maxNewTokens) {
    return new LocalTeacher(model, true, systemPrompt, SamplingParams.greedy(maxNewTokens));
  }

  @Override
  public List<String> answers(List<String> prompts) {
    List<int[]> ids =
        prompts.stream()
            .map(prompt -> model.text().prompt(Content.user(systemPrompt, prompt)))
            .toList();
    try (TextGenerator generator = new TextGenerator(model, SLOTS, adapter)) {
      return generator.completions(ids, params, Progress.SILENT, "teacher", () -> false);
    }
  }
}
