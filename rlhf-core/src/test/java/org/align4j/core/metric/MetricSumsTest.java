package org.align4j.core.metric;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.align4j.core.objective.DpoObjective;
import org.align4j.core.objective.PairwiseLogProbs;
import org.junit.jupiter.api.Test;

class MetricSumsTest {

  private static MetricSums step(int right, int pairs, double part) {
    MetricSums out = new MetricSums();
    for (int i = 0; i < pairs; i++) {
      out.add("accuracy", i < right ? 1 : 0, 1);
    }
    out.sum("loss/value_avg", part);
    out.sum("loss/value_avg", part);
    out.max("longest", pairs);
    return out;
  }

  @Test
  void meansOverStepsCountItemsAndSumsCountSteps() {
    MetricSums all = new MetricSums();
    all.mergeStep(step(3, 10, 0.5));
    all.mergeStep(step(1, 1, 1.5));
    assertThat(all.means().get("accuracy")).isEqualTo(4.0 / 11);
    assertThat(all.means().get("loss/value_avg")).isEqualTo(2.0);
    assertThat(all.means().get("longest")).isEqualTo(10.0);
  }

  @Test
  void stateGoesThroughJsonBitByBit() throws IOException {
    MetricSums sums = step(1, 3, 0.1);
    sums.add("x", 1.0 / 3, 7);
    sums.min("least", -1e-300);
    ObjectMapper json = new ObjectMapper();
    MetricSums.State state =
        json.readValue(json.writeValueAsString(sums.state()), MetricSums.State.class);
    MetricSums restored = MetricSums.restored(state);
    assertThat(restored.means()).isEqualTo(sums.means());
    sums.add("x", 0.7, 1);
    restored.add("x", 0.7, 1);
    assertThat(restored.means()).isEqualTo(sums.means());
  }

  /** All pairs right is 1, not 0.9999999999999999, for any number and any micro-batches. */
  @Test
  void accuraciesAreExact() {
    for (int pairs = 1; pairs <= 100; pairs++) {
      MetricSums sums = new MetricSums();
      for (int done = 0; done < pairs; done += 49) {
        sums.merge(right(Math.min(49, pairs - done)));
      }
      MetricSums steps = new MetricSums();
      steps.mergeStep(sums);
      steps.mergeStep(right(3));
      assertThat(steps.means().get("rewards/accuracies")).as("%d pairs", pairs).isEqualTo(1.0);
    }
  }

  private static MetricSums right(int pairs) {
    List<double[]> likely = new ArrayList<>(Collections.nCopies(pairs, new double[] {-1}));
    List<double[]> unlikely = new ArrayList<>(Collections.nCopies(pairs, new double[] {-3}));
    List<double[]> reference = new ArrayList<>(Collections.nCopies(pairs, new double[] {-2}));
    PairwiseLogProbs input = new PairwiseLogProbs(likely, unlikely, reference, reference);
    return DpoObjective.sigmoid(0.1).evaluate(input).metrics();
  }
}
