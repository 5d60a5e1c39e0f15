package org.align4j.policy.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.align4j.core.distillation.GeneralizedJsd;
import org.align4j.core.metric.MetricSums;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.generate.TransformerSampler;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.ModelConfig;
import org.align4j.policy.model.RopeConfig;
import org.align4j.policy.model.TinyModels;
import org.align4j.policy.run.RunContext;
import org.align4j.policy.task.DistillationTask;
import org.align4j.policy.text.TokenizedDemonstration;
import org.align4j.policy.train.StepRunner;
import org.align4j.policy.train.TrainingConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DistillationTrainerTest {
  private static final Backend BACKEND = Backends.defaultBackend();

  @TempDir Path folder;

  private static List<DistillationTrainer.Row> rows() {
    Random random = new Random(2);
    List<DistillationTrainer.Row> out = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      int[] prompt = {2, 3, random.nextInt(29)};
      int[] completion = random.ints(4, 0, 29).toArray();
      out.add(DistillationTrainer.Row.of(new OnlinePrompt("row " + i, "", prompt), completion));
    }
    return out;
  }

  private static double divergence(DistillationTask task) {
    List<TokenizedDemonstration> held = new ArrayList<>();
    Random random = new Random(9);
    for (int i = 0; i < 16; i++) {
      held.add(
          new TokenizedDemonstration(
              "held " + i, new int[] {2, 3, random.nextInt(29)}, random.ints(4, 0, 29).toArray()));
    }
    return task.run(held, held, false, new MetricSums());
  }

  private void train(DistillationTask task, DecoderTransformer student, double onPolicy) {
    TrainingConfig config = TrainingConfig.builder(0.02).maxSteps(60).batchSize(8).build();
    RolloutSampler sampler =
        new RolloutSampler(
            new TransformerSampler(student, 8),
            ids -> "",
            Set.of(),
            new SamplingParams(4, 1, 0, 1, 1, 0));
    new DistillationTrainer(
            new StepRunner<>("distill", task, config, BACKEND, folder),
            sampler,
            onPolicy,
            config,
            RunContext.of(folder))
        .run(rows(), List.of(), false);
  }

  /** Off-policy, mixed and on-policy; forward, generalised and reverse. */
  @ParameterizedTest
  @CsvSource({"0,0", "0.5,0.5", "1,1", "1,0"})
  void studentComesNearerToTheTeacher(double beta, double onPolicy) {
    DecoderTransformer student = TinyModels.create(BACKEND, 3);
    student.trainAllWeights();
    DecoderTransformer teacher = TinyModels.create(BACKEND, 4);
    DistillationTask task = new DistillationTask(student, teacher, new GeneralizedJsd(beta, 1, 0));
    double before = divergence(task);
    train(task, student, onPolicy);
    assertThat(divergence(task)).isLessThan(0.6 * before);
  }

  /** The student learns what its own base says under another beginning of the prompt. */
  @Test
  void contextIsDistilledIntoTheAdapter() {
    DecoderTransformer student = TinyModels.create(BACKEND, 3);
    student.addAdapter(LoraConfig.allLinear(8, 16), 1);
    DistillationTask task =
        new DistillationTask(
            student,
            student,
            GeneralizedJsd.reverseKl(),
            prompt -> new int[] {11, 17, 8, prompt[0], prompt[1], prompt[2]});
    double before = divergence(task);
    train(task, student, 0);
    assertThat(divergence(task)).isLessThan(0.7 * before);
  }

  /** FIELD 3.21: another vocabulary is refused up front, with the way out. */
  @Test
  void otherVocabularyIsRefused() {
    DecoderTransformer student = TinyModels.create(BACKEND, 3);
    student.trainAllWeights();
    ModelConfig other =
        new ModelConfig(
            "llama", 31, 16, 24, 2, 4, 2, 6, 1e-5f, RopeConfig.plain(10_000), true, 0, false, 64);
    DistillationTask task =
        new DistillationTask(
            student, TinyModels.create(other, BACKEND, 4), GeneralizedJsd.reverseKl());
    assertThatThrownBy(() -> divergence(task))
        .hasMessageContaining("the teacher's vocabulary has 31 tokens, the student's 29")
        .hasMessageContaining("use the teacher's texts");
  }

  @Test
  void missingCompletionsAreNamed() {
    DecoderTransformer student = TinyModels.create(BACKEND, 3);
    student.trainAllWeights();
    DistillationTask task =
        new DistillationTask(student, TinyModels.create(BACKEND, 4), GeneralizedJsd.reverseKl());
    TrainingConfig config = TrainingConfig.builder(0.02).maxSteps(1).build();
    DistillationTrainer trainer =
        new DistillationTrainer(
            new StepRunner<>("distill", task, config, BACKEND, folder),
            config,
            RunContext.of(folder));
    List<DistillationTrainer.Row> rows =
        List.of(DistillationTrainer.Row.of(new OnlinePrompt("row 1", "", new int[] {1})));
    assertThatThrownBy(() -> trainer.run(rows, List.of(), false))
        .hasMessage(
            "row 1: has no completion, which rounds that are not on-policy learn from; set"
                + " lmbda=1");
  }
}
