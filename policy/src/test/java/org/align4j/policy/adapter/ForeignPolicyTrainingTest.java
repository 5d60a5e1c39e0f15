package org.align4j.policy.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.align4j.core.ConfigurationException;
import org.align4j.core.advantage.AdvantageEstimator;
import org.align4j.core.advantage.Gae;
import org.align4j.core.advantage.GroupBaseline;
import org.align4j.core.distillation.GeneralizedJsd;
import org.align4j.core.distillation.SoftTargetLoss;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.objective.DpoObjective;
import org.align4j.core.policygradient.GrpoLoss;
import org.align4j.core.policygradient.GrpoObjective;
import org.align4j.core.policygradient.ImportanceCorrection;
import org.align4j.core.policygradient.KlController;
import org.align4j.core.policygradient.KlEstimator;
import org.align4j.core.policygradient.KlMeasure;
import org.align4j.core.policygradient.PpoObjective;
import org.align4j.core.policygradient.ValueLoss;
import org.align4j.core.reward.RewardFunction;
import org.align4j.policy.Trainer;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.model.ActorCritic;
import org.align4j.policy.model.Reference;
import org.align4j.policy.online.DistillationConfig;
import org.align4j.policy.online.OnlineConfig;
import org.align4j.policy.online.OnlinePrompt;
import org.align4j.policy.online.OnlineTrainer;
import org.align4j.policy.online.OnlineUpdate;
import org.align4j.policy.online.PolicyGradientUpdate;
import org.align4j.policy.online.PreferenceUpdate;
import org.align4j.policy.online.RolloutSampler;
import org.align4j.policy.optim.LearningRateSchedule;
import org.align4j.policy.run.RunContext;
import org.align4j.policy.task.ActorCriticTask;
import org.align4j.policy.task.DistillationTask;
import org.align4j.policy.task.PolicyGradientTask;
import org.align4j.policy.task.PreferenceTask;
import org.align4j.policy.task.SoftTargetTask;
import org.align4j.policy.task.TrainingTask;
import org.align4j.policy.text.TokenizedDemonstration;
import org.align4j.policy.text.TokenizedSoftTarget;
import org.align4j.policy.train.StepRunner;
import org.align4j.policy.train.TrainingConfig;
import org.align4j.policy.train.TrainingLoop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** PPO, GRPO, online DPO and distillation train a DL4J network and a SameDiff graph. */
class ForeignPolicyTrainingTest {
  private static final int LENGTH = 3;

  /** Share of tokens that repeat the prompt; 1 / {@link ForeignNetworks#VOCABULARY} by chance. */
  private static final RewardFunction COPY =
      (prompts, completions) -> {
        double[] out = new double[prompts.size()];
        for (int i = 0; i < out.length; i++) {
          String wanted = prompts.get(i);
          out[i] =
              Arrays.stream(completions.get(i).split(" ")).filter(wanted::equals).count()
                  / (double) LENGTH;
        }
        return out;
      };

  @TempDir Path folder;

  private static String toText(int[] ids) {
    return Arrays.stream(ids).mapToObj(String::valueOf).collect(Collectors.joining(" "));
  }

  private static List<OnlinePrompt> prompts() {
    List<OnlinePrompt> out = new ArrayList<>();
    for (int token = 3; token < 7; token++) {
      out.add(new OnlinePrompt("row " + token, String.valueOf(token), new int[] {2, token}));
    }
    return out;
  }

  private static OnlineConfig config(int epochs) {
    TrainingConfig training =
        TrainingConfig.builder(0.05)
            .maxSteps(80)
            .batchSize(4)
            .schedule(LearningRateSchedule.CONSTANT)
            .loggingSteps(1)
            .build();
    return new OnlineConfig(training, 16, epochs, 1, 0, 0, 0);
  }

  private RunContext quiet() {
    return RunContext.of(folder);
  }

  private static RolloutSampler sampler(LogitsPolicy policy) {
    return new RolloutSampler(
        policy,
        ForeignPolicyTrainingTest::toText,
        Set.of(),
        new SamplingParams(LENGTH, 1, 0, 1, 1, 0));
  }

  private static double reward(LogitsPolicy policy) {
    List<String> asked = new ArrayList<>();
    List<String> answers = new ArrayList<>();
    sampler(policy)
        .sample(prompts(), 64, 99)
        .forEach(
            rollout -> {
              asked.add(rollout.prompt().text());
              answers.add(rollout.text());
            });
    return Arrays.stream(COPY.rewards(asked, answers)).average().orElseThrow();
  }

  /** What is trained, with what the methods need beside it. */
  private record Trained(
      LogitsPolicy policy, NetworkValueModel value, Reference reference, Path folder) {
    <E> StepRunner<E> steps(TrainingTask<E> task, OnlineConfig config) {
      return new StepRunner<>("test", task, config.training(), task.model().backend(), folder);
    }

    PolicyGradientUpdate.Settings settings(double penalty, KlMeasure measure, boolean inLoss) {
      return new PolicyGradientUpdate.Settings(
          1, KlController.fixed(penalty), measure, inLoss, ImportanceCorrection.OFF, reference);
    }
  }

  private enum Method {
    PPO {
      @Override
      OnlineUpdate update(Trained trained, OnlineConfig config) {
        ActorCritic both = ActorCritic.separate(trained.policy(), trained.value());
        ActorCriticTask task =
            new ActorCriticTask(both, PpoObjective.of(0.2), new ValueLoss(0.2), 0.5, 1);
        return new PolicyGradientUpdate(
            both,
            trained.steps(task, config),
            AdvantageEstimator.ppo(new Gae(1, 0.95), false),
            trained.settings(0.01, KlMeasure.EXACT, false),
            config);
      }
    },
    GRPO {
      @Override
      OnlineUpdate update(Trained trained, OnlineConfig config) {
        PolicyGradientTask task =
            new PolicyGradientTask(
                trained.policy(), GrpoObjective.of(GrpoLoss.DAPO, 0.01, LENGTH), 1);
        return new PolicyGradientUpdate(
            trained.policy(),
            trained.steps(task, config),
            AdvantageEstimator.group(GroupBaseline.Scale.GROUP),
            trained.settings(0, KlEstimator.K1, true),
            config);
      }
    },
    ONLINE_DPO {
      @Override
      OnlineUpdate update(Trained trained, OnlineConfig config) {
        PreferenceTask task =
            new PreferenceTask(trained.policy(), trained.reference(), DpoObjective.sigmoid(0.1));
        return new PreferenceUpdate(trained.reference(), trained.steps(task, config), 1, config);
      }
    };

    abstract OnlineUpdate update(Trained trained, OnlineConfig config);
  }

  static Stream<Arguments> methods() {
    return Stream.of(Method.values())
        .flatMap(
            method -> Stream.of(ForeignNetworks.values()).map(kind -> Arguments.of(method, kind)));
  }

  /** Chance is 1/8 and what a network that knows one fixed answer reaches is 1/4. */
  @ParameterizedTest
  @MethodSource("methods")
  void learnsToRepeat(Method method, ForeignNetworks kind) {
    try (LogitsPolicy policy = kind.policy(1);
        NetworkValueModel value = Policies.critic(kind.network(5, 1));
        LogitsPolicy frozen = kind.policy(1)) {
      OnlineConfig config = config(method == Method.PPO ? 2 : 1);
      OnlineUpdate update =
          method.update(new Trained(policy, value, Reference.of(frozen), folder), config);
      assertThat(reward(policy)).isLessThan(0.3);
      new OnlineTrainer("test", sampler(policy), COPY, update, config, quiet()).run(prompts());
      assertThat(reward(policy)).isGreaterThan(0.85);
    }
  }

  /** On-policy, from a teacher of the other library. */
  @ParameterizedTest
  @EnumSource(ForeignNetworks.class)
  void distillation(ForeignNetworks kind) {
    ForeignNetworks other =
        kind == ForeignNetworks.DL4J ? ForeignNetworks.SAME_DIFF : ForeignNetworks.DL4J;
    try (LogitsPolicy student = kind.policy(1);
        LogitsPolicy teacher = other.policy(9)) {
      GeneralizedJsd divergence = new GeneralizedJsd(0.5, 1, 0);
      DistillationTask task = new DistillationTask(student, teacher, divergence);
      double before = divergence(task);
      Trainer.distillation(
              student,
              teacher,
              ForeignPolicyTrainingTest::toText,
              new DistillationConfig(divergence, 1, false, LENGTH, 1, ""))
          .config(config -> config.learningRate(0.05).maxSteps(60).batchSize(4))
          .output(folder)
          .fit(prompts());
      assertThat(divergence(task)).isLessThan(0.2 * before);
    }
  }

  /** After 3 and 4 the next token is one of 1 and 2; after 5 and 6 it is another one. */
  @ParameterizedTest
  @EnumSource(ForeignNetworks.class)
  void softTargets(ForeignNetworks kind) {
    try (LogitsPolicy policy = kind.policy(1)) {
      SoftTargetTask task = new SoftTargetTask(policy, new SoftTargetLoss(List.of(1, 2)), 1);
      List<TokenizedSoftTarget> rows = new ArrayList<>();
      for (OnlinePrompt prompt : prompts()) {
        double target = prompt.ids()[1] < 5 ? 0.8 : 0.1;
        rows.add(new TokenizedSoftTarget(prompt.source(), prompt.ids(), target));
      }
      TrainingConfig config = TrainingConfig.builder(0.05).maxSteps(100).batchSize(4).build();
      new TrainingLoop<>("test", task, config, policy.backend(), quiet()).run(rows, List.of());
      MetricSums metrics = new MetricSums();
      task.run(rows, rows, false, metrics);
      assertThat(metrics.means().get("soft_target/error")).isLessThan(0.02);
    }
  }

  private static double divergence(DistillationTask task) {
    List<TokenizedDemonstration> held = new ArrayList<>();
    for (OnlinePrompt prompt : prompts()) {
      held.add(new TokenizedDemonstration("held", prompt.ids(), new int[] {prompt.ids()[1]}));
    }
    return task.run(held, held, false, new MetricSums());
  }

  @Test
  void distillationOfAForeignStudentIsOnPolicy() {
    try (LogitsPolicy student = ForeignNetworks.DL4J.policy(1);
        LogitsPolicy teacher = ForeignNetworks.DL4J.policy(9)) {
      DistillationConfig recorded = DistillationConfig.defaults().onPolicy(0.5);
      assertThatThrownBy(
              () ->
                  Trainer.distillation(
                      student, teacher, ForeignPolicyTrainingTest::toText, recorded))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("it needs lmbda 1");
    }
  }

  @Test
  void aReferenceThatIsTrainedIsRefused() {
    try (LogitsPolicy policy = ForeignNetworks.SAME_DIFF.policy(1)) {
      assertThatThrownBy(
              () -> new PreferenceTask(policy, Reference.of(policy), DpoObjective.sigmoid(0.1)))
          .hasMessageContaining("the reference is the policy itself");
      assertThatThrownBy(() -> Reference.adapterOff(policy))
          .hasMessageContaining("no adapter to switch off");
    }
  }
}
