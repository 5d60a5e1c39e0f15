package org.align4j.examples;

import java.util.Arrays;
import java.util.List;
import org.align4j.core.objective.DpoObjective;
import org.align4j.core.objective.PairwiseLogProbs;
import org.align4j.core.objective.PairwiseValue;

/** An objective for code that only has log-probabilities: loss and gradient of one pair. */
public final class EmbedObjective {
  private EmbedObjective() {}

  /**
   * Prints the loss and what to back-propagate.
   *
   * @param arguments none
   */
  public static void main(String... arguments) {
    PairwiseValue value = evaluate();
    System.out.println("loss " + value.loss());
    System.out.println("d loss / d log-prob, chosen: " + List.of(box(value.dChosen().get(0))));
    System.out.println("d loss / d log-prob, rejected: " + List.of(box(value.dRejected().get(0))));
  }

  static PairwiseValue evaluate() {
    // One log-prob a token, from wherever they come.
    PairwiseLogProbs logProbs =
        new PairwiseLogProbs(
            List.of(new double[] {-1.2, -0.4}),
            List.of(new double[] {-0.9, -0.7, -2.0}),
            List.of(new double[] {-1.3, -0.6}),
            List.of(new double[] {-0.8, -0.7, -1.9}));
    return DpoObjective.sigmoid(0.1).evaluate(logProbs);
  }

  private static Double[] box(double[] values) {
    return Arrays.stream(values).boxed().toArray(Double[]::new);
  }
}
