package org.align4j.policy.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.align4j.core.ConfigurationException;
import org.align4j.core.distillation.VocabularyDivergence;
import org.align4j.core.metric.MetricSums;
import org.align4j.policy.model.DistributionLearner;
import org.align4j.policy.model.FullDistribution;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.NextTokenLogits;
import org.align4j.policy.model.Trainable;
import org.align4j.policy.text.RolloutBatches;
import org.align4j.policy.text.TokenBatch;
import org.align4j.policy.text.TokenizedDemonstration;

/**
 * Distillation by a divergence over the vocabulary: mean over the step's completion tokens. The
 * completions may be anyone's: recorded answers (off-policy) or the student's own (on-policy).
 */
public final class DistillationTask implements TrainingTask<TokenizedDemonstration> {
  private final DistributionLearner student;
  private final FullDistribution teacher;
  private final VocabularyDivergence divergence;
  private final UnaryOperator<int[]> teacherPrompt;

  /**
   * The same prompts for student and teacher.
   *
   * @param student what is trained
   * @param teacher whose distribution is learnt, of the same vocabulary
   * @param divergence what is made small at each token
   */
  public DistillationTask(
      DistributionLearner student, FullDistribution teacher, VocabularyDivergence divergence) {
    this(student, teacher, divergence, UnaryOperator.identity());
  }

  /**
   * Prepares steps.
   *
   * @param student what is trained
   * @param teacher the model whose distribution is learnt, of the same vocabulary; if it is the
   *     student itself, its adapter is off
   * @param divergence what is made small at each token
   * @param teacherPrompt from the student's prompt to the teacher's, for example with a system turn
   *     that the student shall learn to do without (context distillation)
   */
  public DistillationTask(
      DistributionLearner student,
      FullDistribution teacher,
      VocabularyDivergence divergence,
      UnaryOperator<int[]> teacherPrompt) {
    if (teacher == student && !student.hasReference()) {
      throw new ConfigurationException(
          "a model that is trained in full cannot be its own teacher; train an adapter");
    }
    this.student = student;
    this.teacher = teacher;
    this.divergence = divergence;
    this.teacherPrompt = teacherPrompt;
  }

  @Override
  public Trainable model() {
    return student;
  }

  @Override
  public int tokens(TokenizedDemonstration example) {
    return example.tokens();
  }

  @Override
  public double run(
      List<TokenizedDemonstration> micro,
      List<TokenizedDemonstration> step,
      boolean train,
      MetricSums metrics) {
    TokenBatch batch =
        RolloutBatches.of(
            micro, TokenizedDemonstration::prompt, TokenizedDemonstration::completion);
    long tokens = step.stream().mapToLong(example -> example.completion().length).sum();
    double[] values = divergence(batch, teacherBatch(micro), train, 1.0 / tokens);
    double sum = Arrays.stream(values).sum();
    metrics.add("divergence", sum / values.length, values.length);
    return sum / tokens;
  }

  private TokenBatch teacherBatch(List<TokenizedDemonstration> micro) {
    return RolloutBatches.of(
        micro,
        example -> teacherPrompt.apply(example.prompt()),
        TokenizedDemonstration::completion);
  }

  private double[] divergence(
      TokenBatch batch, TokenBatch teacherBatch, boolean train, double weight) {
    Mode teacherMode = teacher == student ? Mode.REFERENCE : Mode.EVALUATE;
    try (NextTokenLogits logits = teacher.logits(teacherBatch, teacherMode)) {
      return train
          ? student.learnDivergence(batch, logits, divergence, weight)
          : student.divergence(batch, Mode.EVALUATE, logits, divergence);
    }
  }

  @Override
  public JsonNode describe(TokenizedDemonstration example) {
    return example.toJson();
  }
}
