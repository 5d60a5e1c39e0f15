package org.align4j.policy.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.align4j.core.run.Progress;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.format.PolicyModel;

/** Answers user messages as text: chat template, generation and decoding in one. */
public final class TextGenerator implements AutoCloseable {
  private final PolicyModel model;
  private final Generator generator;

  /**
   * Prepares generation with the weights as they are now, as {@link Generator} does.
   *
   * @param slots sequences at a time
   * @param adapter whether the model's adapter takes part
   */
  public TextGenerator(PolicyModel model, Backend backend, int slots, boolean adapter) {
    this.model = model;
    generator =
        new Generator(model.transformer(), backend, model.assets().stopTokens(), slots, adapter);
  }

  /**
   * Answers each message on its own.
   *
   * @param stop asked between passes
   * @return one stripped answer a message, in order; empty for those that a stop left unfinished
   */
  public List<String> answers(
      List<String> messages,
      SamplingParams params,
      Progress.Factory progress,
      String task,
      BooleanSupplier stop) {
    List<int[]> prompts = new ArrayList<>(messages.size());
    messages.forEach(message -> prompts.add(model.text().userPrompt(message)));
    List<String> out = new ArrayList<>(messages.size());
    for (Completion completion : generator.generate(prompts, params, progress, task, stop)) {
      out.add(completion == null ? "" : model.tokenizer().decode(completion.ids()).strip());
    }
    return out;
  }

  /** Frees the weights' copy. */
  @Override
  public void close() {
    generator.close();
  }
}
