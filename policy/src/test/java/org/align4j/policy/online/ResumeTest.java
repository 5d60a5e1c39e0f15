package org.align4j.policy.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.align4j.core.advantage.AdvantageEstimator;
import org.align4j.core.advantage.Gae;
import org.align4j.core.advantage.GroupBaseline;
import org.align4j.core.distillation.GeneralizedJsd;
import org.align4j.core.objective.DpoObjective;
import org.align4j.core.policygradient.GrpoLoss;
import org.align4j.core.policygradient.GrpoObjective;
import org.align4j.core.policygradient.ImportanceCorrection;
import org.align4j.core.policygradient.KlController;
import org.align4j.core.policygradient.KlEstimator;
import org.align4j.core.policygradient.PolicyGradientObjective;
import org.align4j.core.policygradient.PpoObjective;
import org.align4j.core.policygradient.ValueLoss;
import org.align4j.core.reward.RewardFunction;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.generate.TransformerSampler;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.ActorCritic;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.LanguageModel;
import org.align4j.policy.model.Reference;
import org.align4j.policy.model.ScalarHeadModel;
import org.align4j.policy.model.TinyModels;
import org.align4j.policy.run.CancellationToken;
import org.align4j.policy.run.MetricsLogListener;
import org.align4j.policy.run.RunContext;
import org.align4j.policy.run.TrainingResult;
import org.align4j.policy.task.ActorCriticTask;
import org.align4j.policy.task.DistillationTask;
import org.align4j.policy.task.PolicyGradientTask;
import org.align4j.policy.task.PreferenceTask;
import org.align4j.policy.task.TrainingTask;
import org.align4j.policy.text.TokenizedDemonstration;
import org.align4j.policy.text.Tokenizer;
import org.align4j.policy.train.NonFiniteLossException;
import org.align4j.policy.train.StepRunner;
import org.align4j.policy.train.TrainingConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every online method, stopped in the middle and resumed in a fresh trainer, ends with the same
 * checkpoint (weights and moments by bytes, state) and the same log as a run that was not stopped.
 */
class ResumeTest {
  private static final Backend BACKEND = Backends.defaultBackend();
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ROUNDS = 5;
  private static final int GENERATIONS = 4;
  private static final double TEMPERATURE = 0.8;

  /** Differs from completion to completion of a prompt, or there is nothing to learn. */
  private static final RewardFunction REWARD =
      (prompts, completions) ->
          completions.stream().mapToDouble(text -> (text.hashCode() & 15) / 15.0).toArray();

  @TempDir Path folder;

  enum Method {
    PPO_SEPARATE,
    PPO_SHARED,
    GRPO,
    RLOO,
    RLOO_CONSTRAINED,
    REINFORCE_PLUS_PLUS,
    ONLINE_DPO,
    DISTILLATION
  }

  private static final class Numbers implements Tokenizer {
    @Override
    public int[] encode(String text) {
      throw new UnsupportedOperationException();
    }

    @Override
    public String decode(int[] ids) {
      return Arrays.toString(ids);
    }

    @Override
    public String decodeWithSpecialTokens(int[] ids) {
      return decode(ids);
    }
  }

  private static DecoderTransformer model(double dropout) {
    DecoderTransformer model = TinyModels.create(BACKEND, 3);
    LoraConfig all = LoraConfig.allLinear(4, 8);
    model.addAdapter(new LoraConfig(4, 8, dropout, all.targets(), false), 1);
    return model;
  }

  private static TrainingConfig training() {
    return TrainingConfig.builder(0.01)
        .maxSteps(ROUNDS)
        .batchSize(3)
        .loggingSteps(2)
        .evalSteps(2)
        .evalOnStart(true)
        .saveSteps(1)
        .build();
  }

  private static List<OnlinePrompt> prompts() {
    List<OnlinePrompt> out = new ArrayList<>();
    for (int t = 5; t < 12; t++) {
      out.add(new OnlinePrompt("row " + t, String.valueOf(t), new int[] {2, 3, t}));
    }
    return out;
  }

  private static RolloutSampler sampler(DecoderTransformer model) {
    SamplingParams params = new SamplingParams(4, TEMPERATURE, 0, 1, 1, 0);
    return new RolloutSampler(
        new TransformerSampler(model, 5), new Numbers()::decode, Set.of(4, 9), params);
  }

  private static <E> StepRunner<E> steps(Path out, TrainingTask<E> task) {
    return new StepRunner<>("test", task, training(), BACKEND, out);
  }

  private static OnlineConfig config(int epochs, int miniBatches) {
    return new OnlineConfig(training(), GENERATIONS, epochs, miniBatches, 0, 0, 0);
  }

  private static PolicyGradientUpdate.Settings settings(LanguageModel policy) {
    return new PolicyGradientUpdate.Settings(
        TEMPERATURE,
        KlController.adaptive(0.1, 0.01, 20),
        KlEstimator.K1,
        false,
        ImportanceCorrection.OFF,
        Reference.adapterOff(policy));
  }

  private static OnlineUpdate ppo(Path out, ActorCritic critic) {
    return new PolicyGradientUpdate(
        critic,
        steps(
            out,
            new ActorCriticTask(
                critic, PpoObjective.of(0.2), new ValueLoss(0.2), 0.1, TEMPERATURE)),
        AdvantageEstimator.ppo(new Gae(1, 0.95), false),
        settings(critic.policy()),
        config(2, 2));
  }

  private static OnlineUpdate policyGradient(
      Path out,
      DecoderTransformer policy,
      PolicyGradientObjective objective,
      AdvantageEstimator estimator) {
    return new PolicyGradientUpdate(
        policy,
        steps(out, new PolicyGradientTask(policy, objective, TEMPERATURE)),
        estimator,
        settings(policy),
        config(1, 1));
  }

  private static OnlineUpdate update(Method method, Path out, DecoderTransformer policy) {
    return switch (method) {
      case PPO_SEPARATE ->
          ppo(out, ActorCritic.separate(policy, new ScalarHeadModel(model(0.2), BACKEND)));
      case PPO_SHARED -> ppo(out, ActorCritic.sharedTrunk(policy));
      case GRPO ->
          policyGradient(
              out,
              policy,
              GrpoObjective.of(GrpoLoss.DAPO, 0, 4),
              AdvantageEstimator.group(GroupBaseline.Scale.GROUP));
      case RLOO ->
          policyGradient(
              out, policy, GrpoObjective.rloo(0.2, 0.2), AdvantageEstimator.leaveOneOut());
      case RLOO_CONSTRAINED ->
          new ConstrainedUpdate(
              update(Method.RLOO, out, policy),
              List.of(
                  Constraint.of("all", prompt -> true, REWARD, 0.1),
                  Constraint.of("eight", "8"::equals, REWARD, 0.9)));
      case REINFORCE_PLUS_PLUS ->
          policyGradient(
              out, policy, PpoObjective.of(0.2), AdvantageEstimator.reinforcePlusPlus(1, true));
      case ONLINE_DPO ->
          new PreferenceUpdate(
              Reference.adapterOff(policy),
              steps(out, new PreferenceTask(policy, DpoObjective.sigmoid(0.1))),
              1,
              config(2, 2));
      case DISTILLATION -> throw new IllegalArgumentException();
    };
  }

  private TrainingResult run(
      Method method, Path out, RewardFunction reward, BooleanSupplier stop, boolean resume) {
    RunContext context =
        RunContext.of(out, new MetricsLogListener(out)).cancelledBy(CancellationToken.when(stop));
    if (method == Method.DISTILLATION) {
      return distill(out, context, resume);
    }
    // GRPO learns from the activations of its sampling, which dropout would forbid.
    DecoderTransformer policy = model(method == Method.GRPO ? 0 : 0.2);
    OnlineUpdate update = update(method, out, policy);
    return new OnlineTrainer("test", sampler(policy), reward, update, config(1, 1), context)
        .run(prompts(), resume);
  }

  private static TrainingResult distill(Path out, RunContext context, boolean resume) {
    DecoderTransformer student = model(0.2);
    DistillationTask task =
        new DistillationTask(student, TinyModels.create(BACKEND, 4), new GeneralizedJsd(0.5, 1, 0));
    List<DistillationTrainer.Row> rows = new ArrayList<>();
    List<TokenizedDemonstration> held = new ArrayList<>();
    for (OnlinePrompt prompt : prompts()) {
      rows.add(DistillationTrainer.Row.of(prompt, new int[] {7, 8, prompt.ids()[2]}));
      held.add(rows.get(rows.size() - 1).demonstration());
    }
    return new DistillationTrainer(steps(out, task), sampler(student), 0.5, training(), context)
        .run(rows, held.subList(0, 3), resume);
  }

  /** Multipliers without a saved state would start again. */
  @Test
  void aConstraintNeedsTheCheckpointOfARunThatHadIt() {
    run(Method.RLOO, folder, REWARD, after(11), false);
    assertThatThrownBy(() -> run(Method.RLOO_CONSTRAINED, folder, REWARD, () -> false, true))
        .hasMessageContaining("the checkpoint has no multiplier of constraint all");
  }

  /** True from the n-th question on; the sampler asks between tokens, so that falls in a round. */
  private static BooleanSupplier after(int questions) {
    AtomicInteger asked = new AtomicInteger();
    return () -> asked.incrementAndGet() > questions;
  }

  private static JsonNode withoutClock(String json) throws IOException {
    JsonNode node = JSON.readTree(json);
    for (String clock : List.of("step_time", "sampling_time")) {
      node.findParents(clock).forEach(parent -> ((ObjectNode) parent).remove(clock));
    }
    return node;
  }

  /** The state file of the only checkpoint. */
  private static Path state(Path run) throws IOException {
    try (Stream<Path> files = Files.list(run.resolve("checkpoint"))) {
      List<Path> states = files.filter(file -> file.toString().endsWith(".json")).toList();
      assertThat(states).hasSize(1);
      return states.get(0);
    }
  }

  private static void assertSameEnd(Path whole, Path parts) throws IOException {
    Path state = state(whole);
    assertThat(withoutClock(Files.readString(state(parts))))
        .isEqualTo(withoutClock(Files.readString(state)));
    String weights = whole.relativize(state).toString().replace(".json", ".safetensors");
    assertThat(parts.resolve(weights)).hasSameBinaryContentAs(whole.resolve(weights));
    List<JsonNode> expected = new ArrayList<>();
    List<JsonNode> actual = new ArrayList<>();
    for (String line : Files.readAllLines(whole.resolve("metrics.jsonl"))) {
      expected.add(withoutClock(line));
    }
    for (String line : Files.readAllLines(parts.resolve("metrics.jsonl"))) {
      actual.add(withoutClock(line));
    }
    assertThat(actual).isEqualTo(expected).hasSizeGreaterThanOrEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource(Method.class)
  void resumedRunEndsWhereTheUninterruptedOneDoes(Method method) throws IOException {
    Path whole = folder.resolve("whole");
    TrainingResult all = run(method, whole, REWARD, () -> false, false);
    assertThat(all.steps()).isEqualTo(ROUNDS);
    Path parts = folder.resolve("parts");
    TrainingResult begun = run(method, parts, REWARD, after(11), false);
    assertThat(begun.stopped()).isTrue();
    assertThat(begun.steps()).isBetween(1L, ROUNDS - 1L);
    // Twice, so that a resumed run can be resumed.
    run(method, parts, REWARD, after(5), true);
    TrainingResult resumed = run(method, parts, REWARD, () -> false, true);
    assertThat(resumed.steps()).isEqualTo(ROUNDS);
    assertThat(resumed.evaluation()).isEqualTo(all.evaluation());
    assertSameEnd(whole, parts);
  }

  /** A run that died after the checkpoint has written more than the checkpoint knows. */
  @Test
  void linesAfterTheCheckpointAreWrittenOnce() throws IOException {
    Path whole = folder.resolve("whole");
    run(Method.GRPO, whole, REWARD, () -> false, false);
    Path parts = folder.resolve("parts");
    run(Method.GRPO, parts, REWARD, after(11), false);
    Files.writeString(
        parts.resolve("metrics.jsonl"),
        """
        {"phase":"test","step":4,"reward":1}
        {"phase":"another","step":4,"reward":1}
        {"phase":"test","st\
        """,
        StandardOpenOption.APPEND);
    run(Method.GRPO, parts, REWARD, () -> false, true);
    List<String> lines = Files.readAllLines(parts.resolve("metrics.jsonl"));
    assertThat(lines.stream().filter(line -> line.contains("\"another\"")).count()).isOne();
    assertThat(lines.stream().filter(line -> line.contains("\"step\":4")).count()).isEqualTo(2);
    assertThat(lines).hasSize(1 + Files.readAllLines(whole.resolve("metrics.jsonl")).size());
  }

  /**
   * Told to stop while the first round is sampled, a run leaves nothing learnt and its beginning.
   */
  @Test
  void stopIsSeenBetweenTokens() throws IOException {
    AtomicInteger asked = new AtomicInteger();
    run(
        Method.GRPO,
        folder,
        REWARD,
        () -> {
          asked.incrementAndGet();
          return false;
        },
        false);
    // Once a round, and once a pass of its sampling: 12 completions of at most 4 tokens, 5 slots.
    assertThat(asked.get()).isGreaterThan(ROUNDS * 8);
    AtomicInteger rewarded = new AtomicInteger();
    RewardFunction counting =
        (prompts, completions) -> {
          rewarded.incrementAndGet();
          return REWARD.rewards(prompts, completions);
        };
    Path stopped = folder.resolve("stopped");
    TrainingResult result = run(Method.GRPO, stopped, counting, after(3), false);
    assertThat(result.steps()).isZero();
    assertThat(rewarded.get()).isZero();
    assertThat(stopped.resolve("checkpoint/step-0.safetensors")).exists();
  }

  /** A loss that is not a number keeps this run's state, which the run then goes on from. */
  @ParameterizedTest
  @EnumSource(
      value = Method.class,
      names = {"GRPO", "ONLINE_DPO"})
  void failedRoundIsResumedFromTheStateBeforeIt(Method method) throws IOException {
    Path whole = folder.resolve("whole");
    run(method, whole, REWARD, () -> false, false);
    Path parts = folder.resolve("parts");
    run(method, parts, REWARD, after(11), false);
    assertThatThrownBy(() -> failing(method, parts))
        .isInstanceOf(NonFiniteLossException.class)
        .hasMessageContaining("the last good weights are in " + parts.resolve("checkpoint"))
        .hasMessageContaining("resuming goes on with step 3");
    JsonNode state = JSON.readTree(state(parts).toFile());
    assertThat(state.get("step").asLong()).isEqualTo(2);
    assertThat(parts.resolve("checkpoint.previous")).isNotEmptyDirectory();
    run(method, parts, REWARD, () -> false, true);
    assertSameEnd(whole, parts);
  }

  /** A fresh run in the same folder whose frozen weights break in the third round. */
  private void failing(Method method, Path out) {
    DecoderTransformer policy = model(method == Method.GRPO ? 0 : 0.2);
    OnlineUpdate update = update(method, out, policy);
    AtomicInteger rounds = new AtomicInteger();
    RewardFunction breaking =
        (prompts, completions) -> {
          if (rounds.incrementAndGet() == 3) {
            policy.weights().get("model.norm.weight").set(0, 0, Float.NaN);
          }
          return REWARD.rewards(prompts, completions);
        };
    RunContext context = RunContext.of(out, new MetricsLogListener(out));
    new OnlineTrainer("test", sampler(policy), breaking, update, config(1, 1), context)
        .run(prompts());
  }

  /** A run that its KL budget has ended does not get another round by being resumed. */
  @Test
  void klBudgetStaysSpent() {
    AtomicInteger rewarded = new AtomicInteger();
    long ended = budgeted(rewarded, false);
    int rounds = rewarded.get();
    assertThat(ended).isEqualTo(rounds).isBetween(1L, ROUNDS - 1L);
    assertThat(budgeted(rewarded, true)).isEqualTo(ended);
    assertThat(rewarded.get()).isEqualTo(rounds);
  }

  private long budgeted(AtomicInteger rewarded, boolean resume) {
    DecoderTransformer policy = model(0);
    RewardFunction counting =
        (prompts, completions) -> {
          rewarded.incrementAndGet();
          return REWARD.rewards(prompts, completions);
        };
    return new OnlineTrainer(
            "test",
            sampler(policy),
            counting,
            update(Method.GRPO, folder, policy),
            new OnlineConfig(training(), GENERATIONS, 1, 1, 0, 0, 1e-9),
            RunContext.of(folder))
        .run(prompts(), resume)
        .steps();
  }

  /** λ = 0.5 at the default seed: both kinds of rounds, where all 200 were on-policy. */
  @Test
  void halfOfDistillationsRoundsAreOnPolicy() {
    DecoderTransformer student = model(0);
    DistillationTask task =
        new DistillationTask(student, TinyModels.create(BACKEND, 4), new GeneralizedJsd(0.5, 1, 0));
    DistillationTrainer trainer =
        new DistillationTrainer(
            steps(folder, task), sampler(student), 0.5, training(), RunContext.of(folder));
    int onPolicy = 0;
    for (int round = 0; round < 200; round++) {
      onPolicy += trainer.isOnPolicy(round) ? 1 : 0;
    }
    assertThat(onPolicy).isBetween(65, 135);
  }
}
