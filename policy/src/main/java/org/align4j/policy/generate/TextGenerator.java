package org.align4j.policy.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.align4j.core.run.Progress;
import org.align4j.policy.format.PolicyModel;

/** Completes prompts as text: chat template, generation and decoding in one. */
public final class TextGenerator implements AutoCloseable {
  private final PolicyModel model;
  private final Generator generator;

  /**
   * Prepares generation with the weights as they are now, as {@link Generator} does.
   *
   * @param model network, tokenizer and template
   * @param slots sequences at a time
   * @param adapter whether the model's adapter takes part
   */
  public TextGenerator(PolicyModel model, int slots, boolean adapter) {
    this.model = model;
    generator = new Generator(model.transformer(), model.assets().stopTokens(), slots, adapter);
  }

  /**
   * Answers each message on its own.
   *
   * @param messages what users say
   * @param params how tokens are chosen, and how many at most
   * @param progress shows how many prompts are done
   * @param task name of the progress
   * @param stop asked between passes
   * @return one stripped answer a message, in order; empty for those that a stop left unfinished
   */
  public List<String> answers(
      List<String> messages,
      SamplingParams params,
      Progress.Factory progress,
      String task,
      BooleanSupplier stop) {
    return completions(
        messages.stream().map(model.text()::userPrompt).toList(), params, progress, task, stop);
  }

  /**
   * Completes prompts of token ids, as {@link PolicyModel#text} makes them of conversations.
   *
   * @param prompts token ids
   * @param params how tokens are chosen, and how many at most
   * @param progress shows how many prompts are done
   * @param task name of the progress
   * @param stop asked between passes
   * @return one stripped text a prompt, in order; empty for those that a stop left unfinished
   */
  public List<String> completions(
      List<int[]> prompts,
      SamplingParams params,
      Progress.Factory progress,
      String task,
      BooleanSupplier stop) {
    List<String> out = new ArrayList<>(prompts.size());
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
