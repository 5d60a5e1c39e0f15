package org.align4j.core.data;

/**
 * A prompt with the probability that its answer should begin with one of some tokens, such as a
 * classifier's probability that the request is to be refused.
 *
 * @param source {@code file:row}
 * @param prompt what the answer follows
 * @param target in [0, 1]
 */
public record SoftTarget(String source, Content prompt, double target) {

  /**
   * Checks the range.
   *
   * @param source {@code file:row}
   * @param prompt what the answer follows
   * @param target in [0, 1]
   * @throws DataException if the target is outside [0, 1] or not a number
   */
  public SoftTarget {
    if (!(target >= 0 && target <= 1)) {
      throw new DataException(source + ": the target must be in [0, 1], got " + target);
    }
  }

  /**
   * {@return a row of one user message, whose source quotes the message}
   *
   * @param prompt what the user says
   * @param target probability that the answer should begin with one of the tokens, in [0, 1]
   */
  public static SoftTarget of(String prompt, double target) {
    return new SoftTarget("soft target of \"" + prompt + "\"", new Content.Text(prompt), target);
  }
}
