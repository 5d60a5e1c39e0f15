package org.align4j.policy.task;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Cuts a step's examples, in order, into pieces of at most so many tokens; at least one example
 * each.
 */
public final class MicroBatches {
  private MicroBatches() {}

  /**
   * {@return the pieces, in order; none without examples}
   *
   * @param <E> an example
   * @param examples in order
   * @param tokens of an example, with its prompt
   * @param budget most tokens of a piece; a longer example is alone
   */
  public static <E> List<List<E>> cut(List<E> examples, ToIntFunction<E> tokens, int budget) {
    List<List<E>> out = new ArrayList<>();
    int from = 0;
    int sum = 0;
    for (int i = 0; i < examples.size(); i++) {
      int size = tokens.applyAsInt(examples.get(i));
      if (i > from && sum + size > budget) {
        out.add(examples.subList(from, i));
        from = i;
        sum = 0;
      }
      sum += size;
    }
    if (from < examples.size()) {
      out.add(examples.subList(from, examples.size()));
    }
    return out;
  }
}
