package org.align4j.policy.run;

import java.util.List;

/**
 * A round of online training: the sampled completions with their rewards.
 *
 * @param number from 0
 * @param samples completions of one prompt stand one after another
 */
public record Round(long number, List<Sample> samples) {

  /**
   * A completion.
   *
   * @param prompt text of the prompt
   * @param completion text of the completion
   * @param reward after penalties and clipping
   */
  public record Sample(String prompt, String completion, double reward) {}
}
