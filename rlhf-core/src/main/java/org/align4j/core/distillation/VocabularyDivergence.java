package org.align4j.core.distillation;

/**
 * A divergence between a student's and a teacher's next-token distribution, seen through logits. It
 * runs inside the chunked language-model head. Implementations are stateless; rows are evaluated
 * concurrently.
 */
public interface VocabularyDivergence {

  /**
   * Evaluates one token.
   *
   * @param student logits over the vocabulary
   * @param teacher logits over the same vocabulary
   * @param gradient receives d divergence / d student logit; may be the student's array
   * @return the divergence in nats, ≥ 0
   */
  double evaluate(float[] student, float[] teacher, float[] gradient);
}
