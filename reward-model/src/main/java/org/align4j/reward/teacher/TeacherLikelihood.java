package org.align4j.reward.teacher;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.align4j.core.ConfigurationException;
import org.align4j.core.data.DataException;
import org.align4j.core.reward.RewardFunction;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.task.MicroBatches;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.align4j.reward.text.ChatTurns;

/**
 * Distillation as a reward: how likely a teacher finds a completion. The reward of completion y to
 * prompt x is (1/|y|) Σ_t log p(y_t | s, x, y_&lt;t) in nats, with the teacher's system prompt s;
 * {@link Normalization#SUM} leaves out 1/|y|. The end-of-turn token counts as a token. The expected
 * sum less the policy's own log-probability of y is the negative reverse KL divergence to the
 * teacher.
 *
 * <p>The teacher's own tokenizer and chat template encode the texts, so teacher and student may
 * have different ones; |y| counts the teacher's tokens. Completions of one prompt share its rows,
 * and nothing is padded.
 *
 * @param teacher stays open while the reward is in use
 * @param mode {@link Mode#EVALUATE} for the teacher as it is; {@link Mode#REFERENCE} for a student
 *     that teaches itself as it was before training
 * @param systemPrompt under which the teacher reads prompts; empty = the template's own
 * @param normalization how log-probabilities of tokens become one number
 */
public record TeacherLikelihood(
    PolicyModel teacher, Mode mode, String systemPrompt, Normalization normalization)
    implements RewardFunction {
  private static final int BATCH_TOKENS = 4096;

  /** How log-probabilities of tokens become one number. */
  public enum Normalization {
    /** Their mean, so that completions of different lengths compare. */
    MEAN,
    /** Their sum, the log-probability of the text, so that every further token costs. */
    SUM
  }

  /**
   * Checks that the teacher can score chat turns in this mode.
   *
   * @param teacher stays open while the reward is in use
   * @param mode {@link Mode#EVALUATE} for the teacher as it is; {@link Mode#REFERENCE} for a
   *     student that teaches itself as it was before training
   * @param systemPrompt under which the teacher reads prompts; empty = the template's own
   * @param normalization how log-probabilities of tokens become one number
   * @throws ConfigurationException if the model has no chat template, or if it is to teach itself
   *     while every weight is trained
   * @throws IllegalArgumentException if the mode is {@link Mode#TRAIN}
   */
  public TeacherLikelihood {
    if (mode == Mode.TRAIN) {
      throw new IllegalArgumentException(
          "a teacher scores in mode EVALUATE or REFERENCE, got TRAIN");
    }
    if (!teacher.text().hasChatTemplate()) {
      throw new ConfigurationException(
          teacher.assets().origin()
              + ": has no chat template; a teacher that scores answers needs one");
    }
    DecoderTransformer network = teacher.transformer();
    if (mode == Mode.REFERENCE && !network.hasReference() && !network.parameters().isEmpty()) {
      throw new ConfigurationException(
          "a student cannot be its own teacher while every weight is trained; train an adapter, or"
              + " load the model a second time as the teacher");
    }
  }

  /**
   * {@return the mean log-probability by a model as it is}
   *
   * @param teacher stays open while the reward is in use
   */
  public static TeacherLikelihood of(PolicyModel teacher) {
    return new TeacherLikelihood(teacher, Mode.EVALUATE, "", Normalization.MEAN);
  }

  /**
   * {@return the mean log-probability by a student as it was before training: without its adapter,
   * or with the one that training goes on from} Under a {@link #withSystemPrompt system prompt} the
   * student learns to answer without the prompt as it does with it.
   *
   * @param student what is trained
   */
  public static TeacherLikelihood ofItself(PolicyModel student) {
    return new TeacherLikelihood(student, Mode.REFERENCE, "", Normalization.MEAN);
  }

  /**
   * {@return the same with another system prompt for the teacher}
   *
   * @param prompt empty = the template's own
   */
  public TeacherLikelihood withSystemPrompt(String prompt) {
    return new TeacherLikelihood(teacher, mode, prompt, normalization);
  }

  /** {@return the same with sums instead of means over the tokens} */
  public TeacherLikelihood summed() {
    return new TeacherLikelihood(teacher, mode, systemPrompt, Normalization.SUM);
  }

  @Override
  public String name() {
    return "likelihood";
  }

  @Override
  public double[] rewards(List<String> prompts, List<String> completions) {
    return tokenLogProbs(prompts, completions).stream().mapToDouble(this::reduced).toArray();
  }

  private double reduced(double[] logProbs) {
    double sum = Arrays.stream(logProbs).sum();
    return normalization == Normalization.MEAN ? sum / logProbs.length : sum;
  }

  /**
   * The teacher's log-probability of each token of each completion, in nats.
   *
   * @param prompts one a completion
   * @param completions as many
   * @return {@code [completion][token]}, in the order of the completions
   * @throws DataException if a completion with its prompt is longer than the teacher's context
   */
  public List<double[]> tokenLogProbs(List<String> prompts, List<String> completions) {
    List<PromptCompletions> encoded =
        new ChatTurns(teacher.text(), systemPrompt).encode(prompts, completions);
    IntStream.range(0, encoded.size()).forEach(i -> requireRoom(i, tokens(encoded.get(i))));
    double[][] out = new double[encoded.size()][];
    if (!encoded.isEmpty()) {
      List<Integer> order =
          byPrompt(IntStream.range(0, prompts.size()).boxed().toList(), prompts).stream()
              .flatMap(List::stream)
              .toList();
      MicroBatches.cut(order, i -> tokens(encoded.get(i)), BATCH_TOKENS)
          .forEach(batch -> score(byPrompt(batch, prompts), encoded, out));
    }
    return List.of(out);
  }

  private void requireRoom(int completion, int tokens) {
    int limit = teacher.transformer().config().maxPositions();
    if (tokens > limit) {
      throw new DataException(
          "completion "
              + completion
              + " has "
              + tokens
              + " tokens with its prompt, but the teacher reads at most "
              + limit
              + "; sample shorter completions or take another teacher");
    }
  }

  private static int tokens(PromptCompletions one) {
    return one.prompt().length + one.completions().get(0).length;
  }

  /** Completions in groups of equal prompts, in the order in which prompts occur first. */
  private static List<List<Integer>> byPrompt(List<Integer> completions, List<String> prompts) {
    Map<String, List<Integer>> groups =
        completions.stream()
            .collect(Collectors.groupingBy(prompts::get, LinkedHashMap::new, Collectors.toList()));
    return List.copyOf(groups.values());
  }

  private void score(List<List<Integer>> groups, List<PromptCompletions> encoded, double[][] out) {
    TokenBatch batch =
        TokenBatch.of(groups.stream().map(group -> together(group, encoded)).toList());
    List<double[]> slices = batch.slices(teacher.transformer().forward(batch, mode).logProbs());
    List<Integer> order = groups.stream().flatMap(List::stream).toList();
    for (int i = 0; i < order.size(); i++) {
      out[order.get(i)] = slices.get(i);
    }
  }

  private static PromptCompletions together(List<Integer> group, List<PromptCompletions> encoded) {
    return new PromptCompletions(
        encoded.get(group.get(0)).prompt(),
        group.stream().map(i -> encoded.get(i).completions().get(0)).toList());
  }
}
