package org.align4j.core.refusal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Agreement with people on answers of a model that the weights were not fitted to. */
class CrossValidationTest {
  @BeforeEach
  void needsTheLabels() {
    assumeTrue(
        Files.isDirectory(LabelledAnswer.folder()),
        "XSTest's labelled answers are not at " + LabelledAnswer.folder());
  }

  @Test
  void agreesWithPeopleOnModelsThatItWasNotFittedTo() throws IOException {
    Map<String, CrossValidation.Confusion> confusions = CrossValidation.overModels();
    confusions.forEach(
        (model, confusion) ->
            assertThat(confusion.agreement())
                .as(model + ": " + confusion)
                .isGreaterThanOrEqualTo(0.93));
    CrossValidation.Confusion all = CrossValidation.Confusion.sum(confusions.values());
    assertThat(all.agreement()).as("all: " + all).isGreaterThanOrEqualTo(0.95);
    assertThat(all.macroF1()).as("all: " + all).isGreaterThanOrEqualTo(0.80);
    for (KeywordBaseline baseline : KeywordBaseline.ALL) {
      assertThat(all.agreement()).isGreaterThan(baseline.confusion("").agreement());
    }
  }

  @Test
  void theShippedWeightsAreWhatTheTrainerFits() throws IOException {
    List<LabelledAnswer> answers = new ArrayList<>(LabelledAnswer.xstest());
    answers.addAll(LabelledAnswer.written());
    RefusalModel fitted = RefusalTrainer.fit(answers);
    RefusalModel shipped = RefusalModel.load();
    for (int i = 0; i < fitted.declines().length; i++) {
      assertThat(shipped.declines()[i])
          .isCloseTo(fitted.declines()[i], org.assertj.core.api.Assertions.within(1e-4));
      assertThat(shipped.partly()[i])
          .isCloseTo(fitted.partly()[i], org.assertj.core.api.Assertions.within(1e-4));
    }
  }
}
