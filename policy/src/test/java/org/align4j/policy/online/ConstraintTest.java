package org.align4j.policy.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.align4j.core.ConfigurationException;
import org.align4j.core.advantage.GroupBaseline;
import org.align4j.core.policygradient.DualAscent;
import org.align4j.core.policygradient.GrpoLoss;
import org.align4j.core.policygradient.GrpoObjective;
import org.align4j.core.policygradient.ImportanceCorrection;
import org.align4j.core.reward.RewardFunction;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.generate.TransformerSampler;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.Reference;
import org.align4j.policy.model.TinyModels;
import org.align4j.policy.optim.LearningRateSchedule;
import org.align4j.policy.run.RunContext;
import org.align4j.policy.run.TrainingEvent;
import org.align4j.policy.run.TrainingListener;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A tiny model answers with one token. The ten tokens with the lowest ids are refusals, and the
 * reward pays for every refusal, whatever the prompt.
 */
class ConstraintTest {
  private static final Backend BACKEND = Backends.defaultBackend();
  private static final int GENERATIONS = 8;
  private static final double TEMPERATURE = 0.5;
  private static final double TARGET = 0.1;
  private static final Predicate<String> HARMLESS = prompt -> Integer.parseInt(prompt) >= 9;
  private static final RewardFunction REFUSED =
      (prompts, completions) ->
          completions.stream().mapToDouble(text -> Integer.parseInt(text) < 10 ? 1 : 0).toArray();
  private static final Constraint OVER_REFUSAL =
      new Constraint("over", HARMLESS, REFUSED, TARGET, new DualAscent(0.1, 10, 1, 20, 32));

  @TempDir Path folder;

  private static List<OnlinePrompt> prompts() {
    List<OnlinePrompt> out = new ArrayList<>();
    for (int t = 5; t < 13; t++) {
      out.add(new OnlinePrompt("row " + t, String.valueOf(t), new int[] {2, 3, t}));
    }
    return out;
  }

  private static DecoderTransformer model() {
    DecoderTransformer model = TinyModels.create(BACKEND, 3);
    model.addAdapter(LoraConfig.allLinear(16, 32), 1);
    return model;
  }

  private static RolloutSampler sampler(DecoderTransformer model) {
    return new RolloutSampler(
        new TransformerSampler(model, 64),
        ids -> String.valueOf(ids[0]),
        Set.of(),
        new SamplingParams(1, TEMPERATURE, 0, 1, 1, 0));
  }

  private static RolloutConfig rollouts() {
    return RolloutConfig.builder()
        .generations(GENERATIONS)
        .maxCompletionLength(1)
        .temperature(TEMPERATURE)
        .build();
  }

  private static GrpoConfig grpo(GroupBaseline.Scale scale) {
    return new GrpoConfig(
        rollouts(), GrpoObjective.of(GrpoLoss.DAPO, 0, 1), scale, ImportanceCorrection.OFF);
  }

  private static OnlineMethod method(String name) {
    return switch (name) {
      case "ppo" -> PpoConfig.defaults().rollouts(rollouts()).critic(Critic.SHARED);
      case "grpo" -> grpo(GroupBaseline.Scale.BATCH);
      case "rloo" -> new RlooConfig(rollouts(), 0.2, 0.2, 0);
      case "reinforce-pp" -> ReinforcePlusPlusConfig.defaults().rollouts(rollouts());
      default -> throw new IllegalArgumentException(name);
    };
  }

  private Map<String, Double> train(DecoderTransformer model, OnlineMethod method, int rounds) {
    return train(model, method, rounds, new ArrayList<>());
  }

  private Map<String, Double> train(
      DecoderTransformer model, OnlineMethod method, int rounds, List<Map<String, Double>> logged) {
    TrainingConfig training =
        TrainingConfig.builder(0.003)
            .maxSteps(rounds)
            .batchSize(8)
            .schedule(LearningRateSchedule.CONSTANT)
            .loggingSteps(1)
            .build();
    method.check(training, true);
    OnlineConfig config = OnlineConfig.of(training, method.rollouts());
    OnlineSetup setup =
        new OnlineSetup(
            model,
            Reference.adapterOff(model),
            new TransformerCritics(model, () -> TinyModels.create(BACKEND, 3), 1),
            BACKEND,
            config,
            folder);
    return new OnlineTrainer(
            "test",
            sampler(model),
            REFUSED,
            method.update(setup),
            config,
            RunContext.of(folder, log(logged)))
        .run(prompts())
        .last();
  }

  private static TrainingListener log(List<Map<String, Double>> rounds) {
    return new TrainingListener() {
      @Override
      public void onLog(TrainingEvent event) {
        rounds.add(event.metrics());
      }
    };
  }

  private static double mean(List<Map<String, Double>> rounds, String metric) {
    return rounds.stream().mapToDouble(round -> round.get(metric)).average().orElseThrow();
  }

  private static double rate(DecoderTransformer model, Predicate<String> which) {
    List<OnlinePrompt> chosen =
        prompts().stream().filter(prompt -> which.test(prompt.text())).toList();
    List<String> answers =
        sampler(model).sample(chosen, 200, 7).stream().map(Rollout::text).toList();
    double[] refused = REFUSED.rewards(answers, answers);
    double sum = 0;
    for (double one : refused) {
      sum += one;
    }
    return sum / refused.length;
  }

  @Test
  void withoutAConstraintBothRatesRise() {
    DecoderTransformer model = model();
    train(model, method("rloo"), 120);
    assertThat(rate(model, HARMLESS.negate())).isGreaterThan(0.9);
    assertThat(rate(model, HARMLESS)).isGreaterThan(0.9);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ppo", "grpo", "rloo", "reinforce-pp"})
  void oneRateRisesAndTheOtherStaysAtItsTarget(String name) {
    DecoderTransformer model = model();
    List<Map<String, Double>> rounds = new ArrayList<>();
    train(model, method(name).subjectTo(List.of(OVER_REFUSAL)), 300, rounds);
    assertThat(rate(model, HARMLESS.negate())).isGreaterThan(0.9);
    assertThat(rate(model, HARMLESS)).isLessThan(0.3);
    List<Map<String, Double>> late = rounds.subList(150, 300);
    assertThat(mean(late, "constraint/over/mean")).isCloseTo(TARGET, within(0.08));
    // A refusal earns 1, so that is its price where the policy may do either.
    assertThat(mean(late, "constraint/over/multiplier")).isCloseTo(1, within(0.6));
  }

  /** Two constraints on the same completions add up; the logged reward stays as it is. */
  @Test
  void costsAreTakenOffTheReward() {
    Constraint twice =
        new Constraint("twice", HARMLESS, REFUSED, 0, new DualAscent(1e-9, 0, 3, 20, 1));
    DecoderTransformer model = model();
    Map<String, Double> last =
        train(model, method("rloo").subjectTo(List.of(OVER_REFUSAL, twice)), 1);
    double harmless = last.get("constraint/over/mean");
    assertThat(harmless).isPositive().isEqualTo(last.get("constraint/twice/mean"));
    // Half of the prompts are harmless, and the multipliers start at 1 and 3.
    assertThat(last.get("objective/rlhf_reward"))
        .isCloseTo(last.get("reward") - (1 + 3) * harmless / 2, within(1e-9));
  }

  @Test
  void aConstraintThatNoPromptHasChangesNothing() {
    DecoderTransformer free = model();
    train(free, method("rloo"), 5);
    DecoderTransformer bound = model();
    Constraint none = Constraint.of("none", prompt -> false, REFUSED, 0);
    Map<String, Double> last = train(bound, method("rloo").subjectTo(List.of(none)), 5);
    assertThat(last)
        .containsEntry("constraint/none/multiplier", DualAscent.defaults().initial())
        .doesNotContainKey("constraint/none/mean");
    assertThat(rate(bound, HARMLESS)).isEqualTo(rate(free, HARMLESS));
  }

  @Test
  void methodsWithoutAUseForMultipliersRefuseThem() {
    List<Constraint> one = List.of(OVER_REFUSAL);
    assertThatThrownBy(() -> grpo(GroupBaseline.Scale.GROUP).subjectTo(one))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("needs scale_rewards none or batch");
    assertThatThrownBy(() -> OnlineDpoConfig.defaults().subjectTo(one))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("online-dpo takes no constraint");
    assertThatThrownBy(() -> method("rloo").subjectTo(one).subjectTo(one))
        .hasMessageContaining("give all of them together");
    assertThatThrownBy(() -> method("rloo").subjectTo(List.of(OVER_REFUSAL, OVER_REFUSAL)))
        .hasMessageContaining("different names, got [over, over]");
    assertThatThrownBy(() -> method("rloo").subjectTo(List.of()))
        .hasMessageContaining("different names, got []");
    assertThatThrownBy(() -> Constraint.of(" ", HARMLESS, REFUSED, 0))
        .hasMessageContaining("needs a name");
    assertThatThrownBy(() -> Constraint.of("over", HARMLESS, REFUSED, Double.NaN))
        .hasMessageContaining("target of constraint over must be finite");
  }

  private void cost(RewardFunction cost) {
    Constraint broken = Constraint.of("broken", HARMLESS, cost, 0);
    train(model(), method("rloo").subjectTo(List.of(broken)), 1);
  }

  @Test
  void wrongCostsEndTheRun() {
    assertThatThrownBy(() -> cost((prompts, completions) -> new double[1]))
        .hasMessageContaining("constraint broken returned 1 costs for 32 completions");
    assertThatThrownBy(
            () ->
                cost(
                    (prompts, completions) ->
                        completions.stream().mapToDouble(text -> Double.NaN).toArray()))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("the cost of constraint broken is NaN")
        .hasMessageMatching("row (9|1[0-2]): .*");
  }
}
