package org.align4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import org.align4j.core.data.TrlRows;
import org.align4j.core.objective.DpoObjective;
import org.align4j.policy.ChatModel;
import org.align4j.policy.Trainer;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.run.CancellationToken;
import org.align4j.policy.run.TrainingResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an embedder sees of a model, on the tiny one of the fixtures. */
class ChatModelTest {
  private static final Path FIXTURES = fixtures();

  @TempDir Path folder;

  private static Path fixtures() {
    try {
      return Path.of(ChatModelTest.class.getResource("/parity").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ChatModel load() {
    return ChatModel.load(FIXTURES.resolve("models/policy").toString());
  }

  private TrainingResult train(ChatModel model, Path out) {
    return Trainer.preference(model, DpoObjective.sigmoid(0.1))
        .config(c -> c.learningRate(1e-2).maxSteps(4).saveSteps(2))
        .output(out)
        .fit(TrlRows.preferences(FIXTURES.resolve("pairs.jsonl")));
  }

  @Test
  void answersAreTheSameAloneAndTogether() {
    try (ChatModel model = load()) {
      SamplingParams greedy = SamplingParams.greedy(6);
      List<String> together = model.generate(List.of("one", "two", "three"), greedy);
      assertThat(together).hasSize(3);
      assertThat(model.generate(List.of("two"), greedy)).containsExactly(together.get(1));
    }
  }

  @Test
  void savedAdapterGivesTheTrainedModel() {
    double[] trained;
    try (ChatModel model = load().withLora(LoraConfig.allLinear(4, 8))) {
      double[] before = model.logProbs("hello", "good day");
      train(model, folder);
      trained = model.logProbs("hello", "good day");
      assertThat(trained).isNotEqualTo(before);
      model.saveAdapter(folder.resolve("adapter"));
      model.saveMerged(folder.resolve("merged"));
    }
    try (ChatModel model = load().withAdapter(folder.resolve("adapter"))) {
      assertThat(model.logProbs("hello", "good day")).containsExactly(trained, within(1e-5));
    }
    try (ChatModel model = ChatModel.load(folder.resolve("merged").toString())) {
      assertThat(model.logProbs("hello", "good day")).containsExactly(trained, within(1e-4));
    }
  }

  /** All weights are trained: the reference is computed before the first step. */
  @Test
  void fullTrainingHasTheUntrainedModelAsItsReference() {
    try (ChatModel model = load().withAllWeightsTrained()) {
      TrainingResult result =
          Trainer.preference(model, DpoObjective.sigmoid(0.1))
              .config(c -> c.maxSteps(1))
              .output(folder)
              .fit(TrlRows.preferences(FIXTURES.resolve("pairs.jsonl")));
      assertThat(result.last().get("loss")).isCloseTo(Math.log(2), within(1e-6));
    }
  }

  @Test
  void cancelledRunIsResumedToTheSameEnd() {
    double[] whole;
    try (ChatModel model = load().withLora(LoraConfig.allLinear(4, 8))) {
      train(model, folder.resolve("whole"));
      whole = model.logProbs("hello", "good day");
    }
    int[] asked = new int[1];
    try (ChatModel model = load().withLora(LoraConfig.allLinear(4, 8))) {
      TrainingResult result =
          Trainer.preference(model, DpoObjective.sigmoid(0.1))
              .config(c -> c.learningRate(1e-2).maxSteps(4).saveSteps(2))
              .output(folder.resolve("parts"))
              .cancelledBy(CancellationToken.when(() -> ++asked[0] > 3))
              .fit(TrlRows.preferences(FIXTURES.resolve("pairs.jsonl")));
      assertThat(result.stopped()).isTrue();
    }
    try (ChatModel model = load().withLora(LoraConfig.allLinear(4, 8))) {
      TrainingResult result =
          Trainer.preference(model, DpoObjective.sigmoid(0.1))
              .config(c -> c.learningRate(1e-2).maxSteps(4).saveSteps(2))
              .output(folder.resolve("parts"))
              .resume(TrlRows.preferences(FIXTURES.resolve("pairs.jsonl")));
      assertThat(result.steps()).isEqualTo(4);
      assertThat(model.logProbs("hello", "good day")).containsExactly(whole);
    }
  }
}
