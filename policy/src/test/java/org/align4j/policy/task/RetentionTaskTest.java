package org.align4j.policy.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.align4j.core.distillation.GeneralizedJsd;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.run.Progress;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.generate.Completion;
import org.align4j.policy.generate.Generator;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.NextTokenLogits;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.model.TinyModels;
import org.align4j.policy.tck.WeightCheck;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.align4j.policy.text.TokenizedPrompt;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("lane")
class RetentionTaskTest {
  private static final Backend BACKEND = Backends.defaultBackend();
  private static final int VOCABULARY = 29;

  private static DecoderTransformer adapted() {
    DecoderTransformer model = TinyModels.create(BACKEND, 3);
    model.addAdapter(LoraConfig.allLinear(4, 16), 1);
    return model;
  }

  /** Moves the adapter away from the base. */
  private static void move(DecoderTransformer model) {
    Random random = new Random(4);
    for (Parameter parameter : model.parameters()) {
      Tensor value = parameter.value();
      for (int r = 0; r < value.rows(); r++) {
        for (int c = 0; c < value.columns(); c++) {
          value.set(r, c, value.get(r, c) + (float) (0.1 * random.nextGaussian()));
        }
      }
    }
  }

  /** Prompts of unequal lengths that begin with the same ten tokens. */
  private static List<TokenizedPrompt> prompts() {
    Random random = new Random(7);
    List<TokenizedPrompt> out = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int[] ids = new int[12 + i];
      for (int t = 0; t < ids.length; t++) {
        ids[t] = t < 10 ? t : random.nextInt(VOCABULARY);
      }
      out.add(new TokenizedPrompt("prompt " + i, ids));
    }
    return out;
  }

  private static List<RetainedPrompt> rows(DecoderTransformer model, int positions) {
    return new RetainedPrompts(model, Mode.REFERENCE, 40)
        .compute(prompts(), answers(model, positions - 1));
  }

  /** Greedy answers of the base. */
  private static List<int[]> answers(DecoderTransformer model, int tokens) {
    if (tokens == 0) {
      return Collections.nCopies(prompts().size(), new int[0]);
    }
    try (Generator generator = new Generator(model, Set.of(), 4, false)) {
      return generator
          .generate(
              prompts().stream().map(TokenizedPrompt::ids).toList(),
              SamplingParams.greedy(tokens),
              Progress.SILENT,
              "answers")
          .stream()
          .map(Completion::ids)
          .toList();
    }
  }

  private static RetentionTask task(DecoderTransformer model, double beta, double weight) {
    return new RetentionTask(model, model, new GeneralizedJsd(beta, 1.5, 0), weight);
  }

  private static double evaluate(RetentionTask task, List<RetainedPrompt> rows) {
    return task.run(rows, rows, false, new MetricSums());
  }

  private static float[] read(NextTokenLogits logits, int row) {
    try (Tensor one = Tensor.zeros(1, VOCABULARY)) {
      logits.read(row, one);
      return one.toArray();
    }
  }

  /** A second pass of the base, every row on its own, against the kept states. */
  @ParameterizedTest
  @CsvSource({"0,1", "1,1", "0.5,1", "0,4"})
  void valueIsThatOfTwoPasses(double beta, int positions) {
    DecoderTransformer model = adapted();
    List<RetainedPrompt> rows = rows(model, positions);
    move(model);
    GeneralizedJsd divergence = new GeneralizedJsd(beta, 1.5, 0);
    double sum = 0;
    int count = 0;
    for (RetainedPrompt row : rows) {
      TokenBatch alone = RetainedPrompt.batch(List.of(row.prompt()), List.of(row.answer()));
      assertThat(alone.ids()).as("a row costs its prompt").hasSize(row.tokens());
      try (NextTokenLogits policy = model.logits(alone, Mode.EVALUATE);
          NextTokenLogits base = model.logits(alone, Mode.REFERENCE)) {
        for (int t = 0; t < positions; t++) {
          sum += divergence.evaluate(read(policy, t), read(base, t), new float[VOCABULARY]);
          count++;
        }
      }
    }
    double expected = 3 * sum / count;
    assertThat(expected).isGreaterThan(0.05);
    MetricSums metrics = new MetricSums();
    assertThat(task(model, beta, 3).run(rows, rows, false, metrics))
        .isCloseTo(expected, within(1e-5));
    assertThat(metrics.means().get("retention/kl")).isCloseTo(expected / 3, within(1e-5));
    assertThat(metrics.means()).containsEntry("retention/weight", 3.0);
  }

  @Test
  void nothingHasMovedAtTheStart() {
    DecoderTransformer model = adapted();
    assertThat(evaluate(task(model, 0, 1), rows(model, 3))).isCloseTo(0, within(1e-9));
  }

  @ParameterizedTest
  @CsvSource({"0,1", "1,1", "0.3,3"})
  void gradientEqualsFiniteDifferences(double beta, int positions) {
    DecoderTransformer model = adapted();
    List<RetainedPrompt> rows = rows(model, positions);
    move(model);
    RetentionTask task = task(model, beta, 30);
    model.clearGradients();
    double loss = task.run(rows, rows, true, new MetricSums());
    assertThat(loss).isCloseTo(evaluate(task, rows), within(1e-4));
    WeightCheck.check(() -> evaluate(task, rows), model.parameters());
  }

  /** All weights are trained, the head among them; the reference is a frozen copy. */
  @Test
  void gradientOfAllWeights() {
    DecoderTransformer reference = TinyModels.create(BACKEND, 5);
    List<RetainedPrompt> rows =
        new RetainedPrompts(reference, Mode.EVALUATE, 40).compute(prompts(), answers(reference, 1));
    DecoderTransformer model = TinyModels.create(BACKEND, 3);
    model.trainAllWeights();
    RetentionTask task = new RetentionTask(model, reference, new GeneralizedJsd(0, 1, 0), 5);
    model.clearGradients();
    task.run(rows, rows, true, new MetricSums());
    WeightCheck.check(() -> evaluate(task, rows), model.parameters());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void microBatchesAddUpToTheStep(int positions) {
    DecoderTransformer model = adapted();
    List<RetainedPrompt> rows = rows(model, positions);
    move(model);
    RetentionTask task = task(model, 0, 2);
    model.clearGradients();
    double whole = task.run(rows, rows, true, new MetricSums());
    List<float[]> gradients =
        model.parameters().stream().map(parameter -> parameter.gradient().toArray()).toList();
    model.clearGradients();
    double parts = 0;
    for (List<RetainedPrompt> micro : MicroBatches.cut(rows, task::tokens, 30)) {
      parts += task.run(micro, rows, true, new MetricSums());
    }
    assertThat(parts).isCloseTo(whole, within(1e-6));
    for (int i = 0; i < gradients.size(); i++) {
      assertThat(model.parameters().get(i).gradient().toArray())
          .containsExactly(gradients.get(i), within(1e-5f));
    }
  }

  /** Later positions stand after the likeliest tokens of the base, whatever the adapter says. */
  @Test
  void answersAreTheReferencesGreedyOnes() {
    DecoderTransformer model = adapted();
    move(model);
    List<RetainedPrompt> rows = rows(model, 4);
    for (RetainedPrompt row : rows) {
      int[] sequence = row.prompt();
      for (int token : row.answer()) {
        TokenBatch batch =
            TokenBatch.of(List.of(new PromptCompletions(sequence, List.of(new int[1]))));
        int likeliest = 0;
        try (NextTokenLogits base = model.logits(batch, Mode.REFERENCE)) {
          float[] logits = read(base, 0);
          for (int v = 1; v < VOCABULARY; v++) {
            likeliest = logits[v] > logits[likeliest] ? v : likeliest;
          }
        }
        assertThat(token).isEqualTo(likeliest);
        sequence = Arrays.copyOf(sequence, sequence.length + 1);
        sequence[sequence.length - 1] = token;
      }
      assertThat(row.states()).hasDimensions(4, 16);
    }
  }
}
