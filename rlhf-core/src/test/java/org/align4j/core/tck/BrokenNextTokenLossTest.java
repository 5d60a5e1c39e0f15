package org.align4j.core.tck;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.align4j.core.distillation.NextTokenLoss;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The contract of next-token losses finds what is wrong with a broken one. */
class BrokenNextTokenLossTest {

  /** -ln of the probability of the token that the row names. */
  private static double negativeLogProb(int row, float[] logits, float[] gradient) {
    double max = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      max = Math.max(max, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - max);
    }
    double loss = max + Math.log(sum) - logits[row];
    for (int v = 0; v < logits.length; v++) {
      gradient[v] = (float) (Math.exp(logits[v] - max) / sum - (v == row ? 1 : 0));
    }
    return loss;
  }

  private static NextTokenLossContract contract(NextTokenLoss loss) {
    return new NextTokenLossContract() {
      @Override
      protected NextTokenLoss loss() {
        return loss;
      }
    };
  }

  private static void fails(ThrowingCallable test) {
    assertThatThrownBy(test).isInstanceOf(AssertionError.class);
  }

  @Test
  void aSoundLossPasses() {
    NextTokenLossContract contract = contract(BrokenNextTokenLossTest::negativeLogProb);
    assertThatCode(
            () -> {
              contract.gradientEqualsFiniteDifferences(1, 2);
              contract.gradientMayBeWrittenOverTheLogits();
              contract.logitsAreNotChangedOtherwise();
              contract.aConstantAddedToAllLogitsChangesNothing(2);
              contract.extremeLogitsStayFinite(0);
            })
        .doesNotThrowAnyException();
  }

  @Test
  void aWrongSlopeIsFound() {
    NextTokenLoss steep = (row, logits, gradient) -> 1.01 * negativeLogProb(row, logits, gradient);
    fails(() -> contract(steep).gradientEqualsFiniteDifferences(1, 2));
  }

  @Test
  void aLossOfLogitsInsteadOfProbabilitiesIsFound() {
    NextTokenLoss linear =
        (row, logits, gradient) -> {
          double loss = logits[row];
          Arrays.fill(gradient, 0);
          gradient[row] = 1;
          return loss;
        };
    fails(() -> contract(linear).aConstantAddedToAllLogitsChangesNothing(0));
  }

  @Test
  void anOverflowIsFound() {
    NextTokenLoss overflowing =
        (row, logits, gradient) ->
            negativeLogProb(row, logits, gradient) + 0 * Math.exp(logits[row]);
    fails(() -> contract(overflowing).extremeLogitsStayFinite(0));
  }

  @Test
  void logitsReadAfterTheGradientIsWrittenAreFound() {
    NextTokenLoss late =
        (row, logits, gradient) -> {
          double loss = negativeLogProb(row, logits, gradient);
          return loss + 0.5 * logits[row] - 0.5 * logits[row == 0 ? 1 : 0];
        };
    fails(() -> contract(late).gradientMayBeWrittenOverTheLogits());
  }
}
