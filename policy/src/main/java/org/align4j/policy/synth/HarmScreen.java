package org.align4j.policy.synth;

import java.util.List;
import java.util.function.Predicate;

/** Tells which requests are harmful, many at a time because a network is faster so. */
@FunctionalInterface
public interface HarmScreen {

  /**
   * {@return whether each request is harmful, in order}
   *
   * @param requests user messages
   */
  boolean[] harmful(List<String> requests);

  /**
   * {@return a screen that judges one request at a time}
   *
   * @param harmful whether a user message is harmful
   */
  static HarmScreen of(Predicate<String> harmful) {
    return requests -> {
      boolean[] out = new boolean[requests.size()];
      for (int i = 0; i < out.length; i++) {
        out[i] = harmful.test(requests.get(i));
      }
      return out;
    };
  }
}
