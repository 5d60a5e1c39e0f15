package org.align4j.core.distillation;

import java.util.List;

/** Somebody whose answers a student imitates. A lambda is one. */
@FunctionalInterface
public interface Teacher {

  /**
   * Answers.
   *
   * @param prompts user messages
   * @return one answer a prompt, in order
   */
  List<String> answers(List<String> prompts);
}
