package org.align4j.policy.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.align4j.core.ConfigurationException;
import org.align4j.core.distillation.VocabularyDivergence;
import org.align4j.core.metric.MetricSums;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.Trainable;
import org.align4j.policy.text.TokenBatch;

/**
 * Distillation by a divergence over the vocabulary: mean over the step's completion tokens. The
 * completions may be anyone's: recorded answers (off-policy) or the student's own (on-policy).
 */
public final class DistillationTask implements TrainingTask<TokenizedDemonstration> {
  private final DecoderTransformer student;
  private final DecoderTransformer teacher;
  private final VocabularyDivergence divergence;
  private final UnaryOperator<int[]> teacherPrompt;

  /** The same prompts for student and teacher. */
  public DistillationTask(
      DecoderTransformer student, DecoderTransformer teacher, VocabularyDivergence divergence) {
    this(student, teacher, divergence, UnaryOperator.identity());
  }

  /**
   * Prepares steps.
   *
   * @param teacher another model of the same vocabulary, or the student itself: then its adapter is
   *     off
   * @param teacherPrompt from the student's prompt to the teacher's, for example with a system turn
   *     that the student shall learn to do without (context distillation)
   */
  public DistillationTask(
      DecoderTransformer student,
      DecoderTransformer teacher,
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
    double[] values =
        student.divergence(
            batch,
            train ? Mode.TRAIN : Mode.EVALUATE,
            teacher,
            RolloutBatches.of(
                micro,
                example -> teacherPrompt.apply(example.prompt()),
                TokenizedDemonstration::completion),
            teacher == student ? Mode.REFERENCE : Mode.EVALUATE,
            divergence,
            1.0 / tokens);
    double sum = Arrays.stream(values).sum();
    metrics.add("divergence", sum / values.length, values.length);
    return sum / tokens;
  }

  @Override
  public JsonNode describe(TokenizedDemonstration example) {
    return example.toJson();
  }
}
