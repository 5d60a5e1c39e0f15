package org.align4j.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.align4j.core.ConfigurationException;
import org.align4j.core.data.Content;
import org.align4j.core.data.Demonstration;
import org.align4j.core.data.PreferencePair;
import org.align4j.core.data.SoftTarget;
import org.align4j.core.distillation.GeneralizedJsd;
import org.align4j.core.objective.DpoObjective;
import org.align4j.core.reward.RewardFunction;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.NextTokenLogits;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.online.GrpoConfig;
import org.align4j.policy.optim.LearningRateSchedule;
import org.align4j.policy.run.CancellationToken;
import org.align4j.policy.run.MetricsLogListener;
import org.align4j.policy.run.TrainingResult;
import org.align4j.policy.tck.TinyChatModel;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.align4j.policy.train.CheckpointException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Retention and soft targets beside other training, and soft targets alone. */
class NextTokenRowsTest {
  private static final List<String> HARMLESS =
      List.of("bake bread", "sing a song", "what is rain", "plant a tree", "count to ten");
  private static final List<String> HARMFUL = List.of("zqx kk", "zqx vv", "zqx ww", "zqx jj");

  @TempDir Path folder;

  @BeforeEach
  void model() throws IOException {
    TinyChatModel.create(folder.resolve("model"), 3).close();
  }

  private ChatModel load() {
    return ChatModel.load(folder.resolve("model").toString());
  }

  private ChatModel adapted() {
    return load().withLora(LoraConfig.allLinear(8, 16));
  }

  private static List<Demonstration> refusals() {
    return HARMFUL.stream()
        .map(
            prompt ->
                new Demonstration(
                    prompt, new Content.Text(prompt), new Content.Text("No, I will not.")))
        .toList();
  }

  private static List<PreferencePair> pairs() {
    return HARMFUL.stream()
        .map(
            prompt ->
                new PreferencePair(
                    prompt,
                    new Content.Text(prompt),
                    new Content.Text("No."),
                    new Content.Text("Yes.")))
        .toList();
  }

  /** Mean KL(start ‖ now) of the first token after prompts. */
  private static double kl(DecoderTransformer start, Mode mode, ChatModel now, List<String> after) {
    TokenBatch batch =
        TokenBatch.of(
            after.stream()
                .map(now.parts().text()::userPrompt)
                .map(prompt -> new PromptCompletions(prompt, List.of(new int[1])))
                .toList());
    try (NextTokenLogits before = start.logits(batch, mode)) {
      double[] values =
          now.network().divergence(batch, Mode.EVALUATE, before, new GeneralizedJsd(0, 1, 0));
      return Arrays.stream(values).average().orElseThrow();
    }
  }

  private <D> Trainer<D> fast(Trainer<D> trainer, String output, int steps) {
    return trainer
        .config(
            config ->
                config
                    .learningRate(0.01)
                    .maxSteps(steps)
                    .batchSize(4)
                    .loggingSteps(1)
                    .schedule(LearningRateSchedule.CONSTANT))
        .output(folder.resolve(output));
  }

  @Test
  void supervisedTrainingMovesOtherPromptsAndRetentionHoldsThem() {
    ChatModel plain = adapted();
    TrainingResult without = fast(Trainer.supervised(plain), "plain", 40).fit(refusals());
    ChatModel held = adapted();
    TrainingResult with =
        fast(Trainer.supervised(held), "held", 40)
            .retain(HARMLESS, Retention.builder().weight(20).build())
            .fit(refusals());
    double moved = kl(plain.network(), Mode.REFERENCE, plain, HARMLESS);
    double kept = kl(held.network(), Mode.REFERENCE, held, HARMLESS);
    assertThat(moved).isGreaterThan(1);
    assertThat(kept).isLessThan(0.05);
    assertThat(kl(held.network(), Mode.REFERENCE, held, HARMFUL)).isGreaterThan(1);
    assertThat(with.last()).containsEntry("retention/weight", 20.0);
    assertThat(with.last().get("retention/kl")).isLessThan(0.1);
    assertThat(without.last()).doesNotContainKey("retention/kl");
  }

  /** The reference is then a second copy of the model. */
  @Test
  void retentionHoldsWhenAllWeightsAreTrained() {
    ChatModel start = load();
    ChatModel plain = load().withAllWeightsTrained();
    fast(Trainer.supervised(plain), "plain", 30).fit(refusals());
    ChatModel held = load().withAllWeightsTrained();
    fast(Trainer.supervised(held), "held", 30)
        .retain(HARMLESS, Retention.builder().weight(20).beta(1).build())
        .fit(refusals());
    double moved = kl(start.network(), Mode.EVALUATE, plain, HARMLESS);
    assertThat(kl(start.network(), Mode.EVALUATE, held, HARMLESS)).isLessThan(0.2 * moved);
  }

  @Test
  void preferenceTrainingRetainsSeveralTokens() {
    ChatModel plain = adapted();
    fast(Trainer.preference(plain, DpoObjective.sigmoid(0.1)), "plain", 40).fit(pairs());
    ChatModel held = adapted();
    TrainingResult result =
        fast(Trainer.preference(held, DpoObjective.sigmoid(0.1)), "held", 40)
            .retain(HARMLESS, Retention.builder().weight(20).tokens(3).batchSize(5).build())
            .fit(pairs());
    double moved = kl(plain.network(), Mode.REFERENCE, plain, HARMLESS);
    assertThat(kl(held.network(), Mode.REFERENCE, held, HARMLESS)).isLessThan(0.2 * moved);
    assertThat(result.last().get("rewards/accuracies")).isEqualTo(1);
  }

  /** The tiny model's frozen head bounds what two of its 257 tokens can have together: 0.3. */
  private static List<SoftTarget> targets() {
    List<SoftTarget> out = new ArrayList<>();
    HARMFUL.forEach(prompt -> out.add(SoftTarget.of(prompt, 0.25)));
    HARMLESS.forEach(prompt -> out.add(SoftTarget.of(prompt, 0.05)));
    return out;
  }

  private static double mass(ChatModel model, List<Integer> tokens, String prompt) {
    int[] ids = model.parts().text().userPrompt(prompt);
    List<int[]> completions = tokens.stream().map(token -> new int[] {token}).toList();
    TokenBatch batch = TokenBatch.of(List.of(new PromptCompletions(ids, completions)));
    return Arrays.stream(model.network().forward(batch, Mode.EVALUATE).logProbs())
        .map(Math::exp)
        .sum();
  }

  /** The tiny model's template leaves the blank before an answer to the answer. */
  @Test
  void firstTokensAreWhatCompletionsBeginWith() {
    ChatModel model = adapted();
    List<String> answers = List.of("I'm sorry", "No.", "I can't");
    assertThat(model.firstTokens(answers)).containsExactly((int) ' ');
    int[] prompt = model.parts().text().userPrompt("hi");
    int[] completion =
        model
            .parts()
            .text()
            .completion("row", Content.user("hi"), prompt, Content.assistant("No."));
    assertThat(completion).startsWith(' ', 'N', 'o');
  }

  @Test
  void softTargetsAloneAreReached() {
    ChatModel model = adapted();
    List<Integer> tokens = List.of((int) 'I', (int) 'N');
    TrainingResult result =
        fast(Trainer.nextToken(model, tokens), "alone", 150)
            .config(config -> config.batchSize(9))
            .evaluateOn(targets())
            .fit(targets());
    for (SoftTarget row : targets()) {
      assertThat(mass(model, tokens, row.prompt().plainText()))
          .as(row.source())
          .isBetween(row.target() - 0.02, row.target() + 0.02);
    }
    assertThat(result.evaluation().get("eval_soft_target/error")).isLessThan(0.02);
  }

  @Test
  void softTargetsAreReachedBesideDemonstrations() {
    ChatModel model = adapted();
    List<Integer> tokens = List.of((int) 'I', (int) 'N');
    List<Demonstration> songs =
        List.of(new Demonstration("song", new Content.Text("la"), new Content.Text("la la")));
    TrainingResult result =
        fast(Trainer.supervised(model), "beside", 300)
            .softTargets(targets(), SoftTargets.builder(tokens).batchSize(9).weight(10).build())
            .fit(songs);
    assertThat(result.last().get("soft_target/error")).isLessThan(0.03);
    assertThat(result.last().get("soft_target/mass")).isBetween(0.11, 0.17);
    assertThat(result.last().get("mean_token_accuracy")).isEqualTo(1);
  }

  private TrainingResult run(ChatModel model, String output, int stopAfter, boolean resume) {
    AtomicInteger asked = new AtomicInteger();
    Trainer<Demonstration> trainer =
        fast(Trainer.supervised(model), output, 7)
            .config(config -> config.saveSteps(1).batchSize(2))
            .retain(HARMLESS, Retention.builder().batchSize(2).build())
            .softTargets(
                targets(), SoftTargets.builder(List.of(65, 66)).batchSize(4).weight(0.5).build())
            .listen(new MetricsLogListener(folder.resolve(output)))
            .cancelledBy(CancellationToken.when(() -> asked.getAndIncrement() >= stopAfter));
    return resume ? trainer.resume(refusals()) : trainer.fit(refusals());
  }

  private static List<float[]> weights(ChatModel model) {
    return model.network().parameters().stream()
        .map(Parameter::value)
        .map(value -> value.toArray())
        .toList();
  }

  @Test
  void aResumedRunIsTheUninterruptedOne() throws IOException {
    ChatModel whole = adapted();
    TrainingResult uninterrupted = run(whole, "whole", 100, false);
    run(adapted(), "parts", 3, false);
    ChatModel parts = adapted();
    TrainingResult resumed = run(parts, "parts", 100, true);
    assertThat(resumed).isEqualTo(uninterrupted);
    List<float[]> expected = weights(whole);
    List<float[]> got = weights(parts);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(got.get(i)).containsExactly(expected.get(i));
    }
    assertThat(folder.resolve("parts/metrics.jsonl"))
        .hasSameTextualContentAs(folder.resolve("whole/metrics.jsonl"));
    assertThat(Files.readString(folder.resolve("whole/metrics.jsonl")))
        .contains("\"retention/kl\"", "\"soft_target/loss\"", "\"soft_target/mass\"");
  }

  @Test
  void aRunResumesWithTheRowsThatItBeganWith() {
    run(adapted(), "parts", 3, false);
    Trainer<Demonstration> without =
        fast(Trainer.supervised(adapted()), "parts", 7).config(config -> config.batchSize(2));
    assertThatThrownBy(() -> without.resume(refusals()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("began with other retained prompts or soft targets");
    without.retain(HARMLESS, Retention.builder().batchSize(2).weight(0.9).build());
    without.softTargets(
        targets(), SoftTargets.builder(List.of(65, 66)).batchSize(4).weight(0.5).build());
    assertThatThrownBy(() -> without.resume(refusals())).isInstanceOf(CheckpointException.class);
  }

  /** The mean over the rows of a step counts each row once, however a pass is cut. */
  @Test
  void microBatchesChangeNothing() {
    List<TrainingResult> results = new ArrayList<>();
    for (int budget : new int[] {1, 60, 4096}) {
      results.add(
          fast(Trainer.supervised(adapted()), "cut" + budget, 5)
              .config(config -> config.microBatchTokens(budget))
              .retain(HARMLESS, Retention.builder().batchSize(5).build())
              .fit(refusals()));
    }
    for (TrainingResult result : results) {
      assertThat(result.last().get("retention/kl"))
          .isPositive()
          .isCloseTo(results.get(0).last().get("retention/kl"), within(1e-4));
    }
  }

  @Test
  void onlyTrainingOnRecordedRowsTakesThem() {
    RewardFunction reward = (prompts, completions) -> new double[prompts.size()];
    Trainer<String> online = Trainer.online(adapted(), GrpoConfig.defaults(), reward);
    assertThatThrownBy(() -> online.retain(HARMLESS))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("grpo is another kind of training");
  }

  @Test
  void wrongOptionsAreNamed() {
    assertThatThrownBy(() -> Retention.builder().weight(0).build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("retention_weight must be positive, got 0.0");
    assertThatThrownBy(() -> Retention.builder().beta(2).build()).hasMessageContaining("[0, 1]");
    assertThatThrownBy(() -> SoftTarget.of("hi", 1.5))
        .hasMessageContaining("the target must be in [0, 1], got 1.5");
    assertThatThrownBy(() -> Trainer.nextToken(adapted(), List.of(5000)))
        .hasMessage("token id 5000 is outside the vocabulary of 257");
    Trainer<Demonstration> trainer = Trainer.supervised(adapted());
    assertThatThrownBy(() -> trainer.retain(List.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("no prompts to retain");
  }
}
