package org.align4j.reward.transformer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.align4j.core.data.Content;
import org.align4j.core.reward.RewardFunction;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.format.ModelFolders;
import org.align4j.policy.format.PeftAdapters;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.ScalarHeadModel;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;

/**
 * A transformer that scores completions: a decoder with a scalar head, read at the completion's
 * last token by index. Loads and writes transformers' {@code *ForSequenceClassification} folders
 * with one label.
 *
 * @param base tokenizer, template and decoder
 * @param model decoder with its head
 */
public record TransformerReward(PolicyModel base, ScalarHeadModel model) implements RewardFunction {
  private static final int MICRO_BATCH_TOKENS = 4096;

  /** Puts a new head on a language model. */
  public static TransformerReward fromLanguageModel(PolicyModel base, long seed) {
    ScalarHeadModel model = new ScalarHeadModel(base.transformer(), Backends.defaultBackend());
    model.head().initialize(seed);
    return new TransformerReward(base, model);
  }

  /** Reads a folder that {@link #write} or transformers made. */
  public static TransformerReward load(Path folder) {
    PolicyModel base = PolicyModel.loadHeadless(folder);
    ScalarHeadModel model = new ScalarHeadModel(base.transformer(), Backends.defaultBackend());
    ModelFolders.readHead(folder, model);
    return new TransformerReward(base, model);
  }

  /** Writes the folder, with an adapter merged. There is no way back from merging. */
  public void write(Path folder) throws IOException {
    if (base.transformer().lora() != null) {
      base.transformer().mergeAdapter();
    }
    ModelFolders.writeClassifier(base, model, folder);
  }

  /** Writes only what was trained, as a PEFT adapter that keeps the head. */
  public void writeAdapter(String baseModel, Path folder) throws IOException {
    PeftAdapters.writeClassifier(model, baseModel, folder);
  }

  @Override
  public double[] rewards(List<String> prompts, List<String> completions) {
    if (prompts.size() != completions.size()) {
      throw new IllegalArgumentException(
          prompts.size() + " prompts for " + completions.size() + " completions");
    }
    List<PromptCompletions> groups = new ArrayList<>(prompts.size());
    for (int i = 0; i < prompts.size(); i++) {
      Content prompt = Content.user(prompts.get(i));
      int[] ids = base.text().prompt(prompt);
      int[] completion =
          base.text()
              .completion(
                  "completion " + i, prompt, ids, Content.assistant(turn(completions.get(i))));
      groups.add(new PromptCompletions(ids, List.of(completion)));
    }
    return scores(groups);
  }

  /**
   * A turn as training sees it, without blanks around it: one in front would join the template's
   * last token. A template may refuse an empty answer; what was not said is a space.
   */
  private static String turn(String completion) {
    String text = completion.strip();
    return text.isEmpty() ? " " : text;
  }

  /** Scores tokenised prompts with one completion each, neighbours in length together. */
  public double[] scores(List<PromptCompletions> groups) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, groups.size()).boxed().toList());
    order.sort(Comparator.comparingInt(i -> length(groups.get(i))));
    double[] out = new double[groups.size()];
    int from = 0;
    while (from < order.size()) {
      int to = from;
      int tokens = 0;
      while (to < order.size()
          && (to == from || tokens + length(groups.get(order.get(to))) <= MICRO_BATCH_TOKENS)) {
        tokens += length(groups.get(order.get(to)));
        to++;
      }
      List<Integer> part = order.subList(from, to);
      double[] scores =
          model.forward(
              TokenBatch.lastTokens(part.stream().map(groups::get).toList()), Mode.EVALUATE);
      for (int i = 0; i < scores.length; i++) {
        out[part.get(i)] = scores[i];
      }
      from = to;
    }
    return out;
  }

  private static int length(PromptCompletions group) {
    return group.prompt().length + group.completions().get(0).length;
  }
}
