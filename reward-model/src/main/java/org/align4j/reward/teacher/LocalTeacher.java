package org.align4j.reward.teacher;

import java.util.ArrayList;
import java.util.List;
import org.align4j.core.data.Content;
import org.align4j.core.data.Message;
import org.align4j.core.distillation.Teacher;
import org.align4j.core.run.Progress;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.generate.Completion;
import org.align4j.policy.generate.Generator;
import org.align4j.policy.generate.SamplingParams;

/**
 * A model in this process: another one, or the student itself with its adapter off or under a
 * safety system prompt.
 */
public final class LocalTeacher implements Teacher {
  private static final int SLOTS = 32;

  private final PolicyModel model;
  private final Backend backend;
  private final boolean adapter;
  private final String systemPrompt;
  private final SamplingParams params;

  /**
   * Makes a teacher.
   *
   * @param adapter whether the model's adapter takes part
   * @param systemPrompt instruction that stands before every prompt; empty = the template's own
   */
  public LocalTeacher(
      PolicyModel model,
      Backend backend,
      boolean adapter,
      String systemPrompt,
      SamplingParams params) {
    this.model = model;
    this.backend = backend;
    this.adapter = adapter;
    this.systemPrompt = systemPrompt;
    this.params = params;
  }

  @Override
  public List<String> answers(List<String> prompts) {
    List<int[]> ids = new ArrayList<>(prompts.size());
    prompts.forEach(prompt -> ids.add(model.text().prompt(passage(systemPrompt, prompt))));
    List<String> out = new ArrayList<>(prompts.size());
    try (Generator generator =
        new Generator(model.transformer(), backend, model.assets().stopTokens(), SLOTS, adapter)) {
      for (Completion completion : generator.generate(ids, params, Progress.SILENT, "teacher")) {
        out.add(model.tokenizer().decode(completion.ids()).strip());
      }
    }
    return out;
  }

  /** A user message under a system prompt. */
  public static Content passage(String systemPrompt, String prompt) {
    return systemPrompt.isEmpty()
        ? Content.user(prompt)
        : new Content.Chat(
            List.of(new Message("system", systemPrompt), new Message("user", prompt)));
  }
}
