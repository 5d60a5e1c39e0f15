package org.align4j.core.tck;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntToDoubleFunction;
import java.util.function.LongBinaryOperator;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.objective.Normalizer;
import org.align4j.core.objective.PairwiseLogProbs;
import org.align4j.core.objective.PairwiseValue;
import org.align4j.core.objective.PreferenceObjective;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The contract of objectives finds what is wrong with a broken one. */
class BrokenObjectivesTest {

  /**
   * -(1/N) Σ of the chosen log-probs, and ways to get it wrong.
   *
   * @param weight of a pair, by its place
   * @param divisor of a micro-batch of so many pairs in a step of so many
   * @param slope what the gradient is off by
   * @param metric its name
   */
  private record Likelihood(
      IntToDoubleFunction weight, LongBinaryOperator divisor, double slope, String metric)
      implements PreferenceObjective {
    static final Likelihood SOUND =
        new Likelihood(pair -> 1, (batch, step) -> step, 1, "likelihood");

    @Override
    public PairwiseValue evaluate(PairwiseLogProbs input, Normalizer normalizer) {
      double loss = 0;
      List<double[]> dChosen = new ArrayList<>();
      List<double[]> dRejected = new ArrayList<>();
      MetricSums metrics = new MetricSums();
      for (int i = 0; i < input.size(); i++) {
        double[] gradient = new double[input.chosen().get(i).length];
        double share =
            weight.applyAsDouble(i) / divisor.applyAsLong(input.size(), normalizer.pairs());
        for (int t = 0; t < gradient.length; t++) {
          loss -= share * input.chosen().get(i)[t];
          gradient[t] = -share * slope;
        }
        dChosen.add(gradient);
        dRejected.add(new double[input.rejected().get(i).length]);
        metrics.add(metric, input.chosen().get(i)[0], 1);
      }
      return new PairwiseValue(loss, dChosen, dRejected, metrics);
    }

    @Override
    public boolean needsSumSquares() {
      return false;
    }

    @Override
    public boolean needsReference() {
      return false;
    }
  }

  private static PreferenceObjectiveContract contract(PreferenceObjective objective) {
    return new PreferenceObjectiveContract() {
      @Override
      protected PreferenceObjective objective() {
        return objective;
      }
    };
  }

  private static void fails(ThrowingCallable test) {
    assertThatThrownBy(test).isInstanceOf(AssertionError.class);
  }

  @Test
  void aSoundObjectivePasses() {
    PreferenceObjectiveContract contract = contract(Likelihood.SOUND);
    assertThatCode(
            () -> {
              contract.gradientEqualsFiniteDifferences(11);
              contract.microBatchesAddUpToTheWholeStep(2);
              contract.twiceTheStepHalvesTheShareOfABatch();
              contract.orderOfThePairsDoesNotMatter();
              contract.extremesStayUsable();
              contract.metricsAreNamedAndFinite();
              contract.evaluationIsAPureFunction();
            })
        .doesNotThrowAnyException();
  }

  @Test
  void aWrongSlopeIsFound() {
    Likelihood steep = new Likelihood(pair -> 1, (batch, step) -> step, 1.001, "likelihood");
    fails(() -> contract(steep).gradientEqualsFiniteDifferences(11));
  }

  @Test
  void aMeanOverTheMicroBatchIsFound() {
    Likelihood local = new Likelihood(pair -> 1, (batch, step) -> batch, 1, "likelihood");
    fails(() -> contract(local).microBatchesAddUpToTheWholeStep(2));
    fails(() -> contract(local).twiceTheStepHalvesTheShareOfABatch());
  }

  @Test
  void aWeightByPlaceIsFound() {
    Likelihood placed = new Likelihood(pair -> pair, (batch, step) -> step, 1, "likelihood");
    fails(() -> contract(placed).orderOfThePairsDoesNotMatter());
  }

  @Test
  void aFiniteLossWithAGradientThatIsNotANumberIsFound() {
    Likelihood broken = new Likelihood(pair -> 1, (batch, step) -> step, Double.NaN, "likelihood");
    fails(() -> contract(broken).extremesStayUsable());
  }

  @Test
  void aStateIsFound() {
    AtomicInteger calls = new AtomicInteger();
    Likelihood counting =
        new Likelihood(pair -> calls.incrementAndGet(), (batch, step) -> step, 1, "likelihood");
    fails(() -> contract(counting).evaluationIsAPureFunction());
  }

  @Test
  void aMetricWithoutANameIsFound() {
    Likelihood nameless = new Likelihood(pair -> 1, (batch, step) -> step, 1, " ");
    fails(() -> contract(nameless).metricsAreNamedAndFinite());
  }
}
