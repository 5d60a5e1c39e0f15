package org.align4j.reward.teacher;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.align4j.core.data.Passage;
import org.align4j.core.reward.RewardFunction;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;

/**
 * Distillation as a reward: how likely a local teacher finds a completion. With the policy's own
 * log-probs taken off, its expectation is the negative reverse KL to the teacher.
 */
public final class TeacherLikelihood implements RewardFunction {
  private static final int BATCH = 16;

  private final PolicyModel teacher;
  private final Mode mode;
  private final String systemPrompt;
  private final boolean mean;

  /**
   * Makes the reward.
   *
   * @param mode {@link Mode#REFERENCE} for a student that teaches itself with its adapter off, else
   *     {@link Mode#EVALUATE}
   * @param systemPrompt under which the teacher reads prompts; may be empty
   * @param mean whether log-probs are averaged over tokens, else summed
   */
  public TeacherLikelihood(PolicyModel teacher, Mode mode, String systemPrompt, boolean mean) {
    if (mode == Mode.TRAIN) {
      throw new IllegalArgumentException("a teacher is not trained");
    }
    this.teacher = teacher;
    this.mode = mode;
    this.systemPrompt = systemPrompt;
    this.mean = mean;
  }

  @Override
  public double[] rewards(List<String> prompts, List<String> completions) {
    List<double[]> tokens = tokenLogProbs(prompts, completions);
    double[] out = new double[tokens.size()];
    for (int i = 0; i < out.length; i++) {
      double sum = Arrays.stream(tokens.get(i)).sum();
      out[i] = mean ? sum / tokens.get(i).length : sum;
    }
    return out;
  }

  /** The teacher's log-prob of each token of each completion, {@code [completion][token]}. */
  public List<double[]> tokenLogProbs(List<String> prompts, List<String> completions) {
    RewardFunction.requirePaired(prompts, completions);
    List<double[]> out = new ArrayList<>(completions.size());
    for (int from = 0; from < completions.size(); from += BATCH) {
      List<PromptCompletions> groups = new ArrayList<>(BATCH);
      for (int i = from; i < Math.min(completions.size(), from + BATCH); i++) {
        Passage prompt = LocalTeacher.passage(systemPrompt, prompts.get(i));
        int[] ids = teacher.text().prompt(prompt);
        String text = completions.get(i).isEmpty() ? " " : completions.get(i);
        int[] completion =
            teacher.text().completion("completion " + i, prompt, ids, Passage.assistant(text));
        groups.add(new PromptCompletions(ids, List.of(completion)));
      }
      TokenBatch batch = TokenBatch.of(groups);
      double[] logProbs = teacher.transformer().forward(batch, mode).logProbs();
      for (int i = 0; i < groups.size(); i++) {
        out.add(batch.slice(logProbs, i));
      }
    }
    return out;
  }
}
