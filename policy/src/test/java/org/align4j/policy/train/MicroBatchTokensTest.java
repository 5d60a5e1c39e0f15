package org.align4j.policy.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.align4j.core.distillation.GeneralizedJsd;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.objective.CpoLoss;
import org.align4j.core.objective.CpoObjective;
import org.align4j.core.objective.DpoLoss;
import org.align4j.core.objective.DpoObjective;
import org.align4j.core.objective.KtoLoss;
import org.align4j.core.objective.KtoObjective;
import org.align4j.core.objective.OrpoObjective;
import org.align4j.core.objective.PreferenceObjective;
import org.align4j.core.objective.SftLoss;
import org.align4j.core.policygradient.GrpoLoss;
import org.align4j.core.policygradient.GrpoObjective;
import org.align4j.core.policygradient.PolicyGradientObjective;
import org.align4j.core.policygradient.PpoObjective;
import org.align4j.core.policygradient.ValueLoss;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.lora.LoraConfig;
import org.align4j.policy.model.ActorCritic;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.model.ScalarHeadModel;
import org.align4j.policy.model.TinyModels;
import org.align4j.policy.task.ActorCriticTask;
import org.align4j.policy.task.DistillationTask;
import org.align4j.policy.task.MicroBatches;
import org.align4j.policy.task.PolicyGradientTask;
import org.align4j.policy.task.PreferenceTask;
import org.align4j.policy.task.ScoredRollout;
import org.align4j.policy.task.SupervisedTask;
import org.align4j.policy.task.TrainingTask;
import org.align4j.policy.task.UnpairedTask;
import org.align4j.policy.text.TokenizedDemonstration;
import org.align4j.policy.text.TokenizedPair;
import org.align4j.policy.text.TokenizedUnpaired;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a step is cut into micro-batches changes neither its loss nor its gradients. */
class MicroBatchTokensTest {
  private static final Backend BACKEND = Backends.defaultBackend();
  private static final int WHOLE = 1 << 20;

  /** Cuts the ten examples into several pieces of more than one. */
  private static final int CUT = 24;

  /** A policy that has moved away from its reference. */
  private static DecoderTransformer moved() {
    DecoderTransformer model = TinyModels.create(BACKEND, 3);
    model.addAdapter(LoraConfig.allLinear(4, 8), 1);
    Random random = new Random(7);
    for (Parameter parameter : model.parameters()) {
      Tensor values = parameter.value();
      for (int r = 0; r < values.rows(); r++) {
        for (int j = 0; j < values.columns(); j++) {
          values.set(r, j, (float) random.nextGaussian() / 8);
        }
      }
    }
    return model;
  }

  private static int[] ids(Random random, int count) {
    return random.ints(count, 1, 29).toArray();
  }

  private static List<TokenizedPair> pairs() {
    Random random = new Random(1);
    List<TokenizedPair> out = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      out.add(
          new TokenizedPair(
              "row " + i,
              ids(random, 2 + i % 3),
              ids(random, 1 + i % 4),
              ids(random, 1 + random.nextInt(4))));
    }
    return out;
  }

  private static List<TokenizedUnpaired> singles() {
    return pairs().stream()
        .flatMap(
            pair ->
                Stream.of(
                    new TokenizedUnpaired(pair.source(), pair.prompt(), pair.chosen(), true),
                    new TokenizedUnpaired(pair.source(), pair.prompt(), pair.rejected(), false)))
        .toList();
  }

  private static List<ScoredRollout> rollouts() {
    Random random = new Random(2);
    List<ScoredRollout> out = new ArrayList<>();
    for (TokenizedPair pair : pairs()) {
      int n = pair.chosen().length;
      double advantage = random.nextGaussian();
      out.add(
          new ScoredRollout(
                  pair.source(),
                  pair.prompt(),
                  pair.chosen(),
                  random.doubles(n, -4, -2).toArray(),
                  random.doubles(n, advantage, advantage + 1e-9).toArray())
              .withReference(random.doubles(n, -4, -2).toArray()));
    }
    return out;
  }

  private record Outcome(double loss, List<float[]> gradients, Map<String, Double> metrics) {}

  /** Two steps, so that what one leaves behind counts too. */
  private static <E> Outcome outcome(
      Function<DecoderTransformer, TrainingTask<E>> tasks, List<E> step, int tokens) {
    DecoderTransformer model = moved();
    TrainingTask<E> task = tasks.apply(model);
    double loss = 0;
    MetricSums metrics = new MetricSums();
    for (int i = 0; i < 2; i++) {
      List<List<E>> micros = MicroBatches.cut(step, task::tokens, tokens);
      assertThat(micros.size() == 1).isEqualTo(tokens == WHOLE);
      task.prepare(micros, true);
      for (List<E> micro : micros) {
        loss += task.run(micro, step, true, metrics);
      }
    }
    return new Outcome(
        loss,
        task.model().parameters().stream().map(p -> p.gradient().toArray()).toList(),
        metrics.means());
  }

  private static <E> void same(Function<DecoderTransformer, TrainingTask<E>> tasks, List<E> step) {
    Outcome whole = outcome(tasks, step, WHOLE);
    Outcome cut = outcome(tasks, step, CUT);
    assertThat(cut.loss()).isCloseTo(whole.loss(), within(1e-5 * (1 + Math.abs(whole.loss()))));
    assertThat(cut.metrics().keySet()).isEqualTo(whole.metrics().keySet());
    whole
        .metrics()
        .forEach(
            (name, value) ->
                assertThat(cut.metrics().get(name))
                    .as(name)
                    .isCloseTo(value, within(1e-4 * (1 + Math.abs(value)))));
    for (int p = 0; p < whole.gradients().size(); p++) {
      double largest = 0;
      for (float value : whole.gradients().get(p)) {
        largest = Math.max(largest, Math.abs(value));
      }
      assertThat(cut.gradients().get(p))
          .as("parameter " + p)
          .containsExactly(whole.gradients().get(p), within((float) (1e-3 * largest + 1e-7)));
    }
  }

  @ParameterizedTest
  @EnumSource(DpoLoss.class)
  void dpo(DpoLoss loss) {
    double smoothing = loss == DpoLoss.EXO_PAIR || loss == DpoLoss.ROBUST ? 0.05 : 0;
    pairwise(DpoObjective.of(0.5, loss, smoothing));
  }

  /** WPO's weights; the likelihood term is weighted by their mean over the step. */
  @ParameterizedTest
  @EnumSource(DpoLoss.class)
  void weightedDpo(DpoLoss loss) {
    double smoothing = loss == DpoLoss.EXO_PAIR || loss == DpoLoss.ROBUST ? 0.05 : 0;
    pairwise(
        DpoObjective.builder()
            .beta(0.5)
            .loss(loss)
            .labelSmoothing(smoothing)
            .weighting(true)
            .build());
  }

  @ParameterizedTest
  @EnumSource(CpoLoss.class)
  void cpo(CpoLoss loss) {
    pairwise(CpoObjective.of(0.5, loss));
  }

  @ParameterizedTest
  @ValueSource(doubles = 0.1)
  void orpo(double beta) {
    pairwise(new OrpoObjective(beta));
  }

  private static void pairwise(PreferenceObjective objective) {
    same(model -> new PreferenceTask(model, objective), pairs());
  }

  @ParameterizedTest
  @EnumSource(KtoLoss.class)
  void unpaired(KtoLoss loss) {
    same(model -> new UnpairedTask(model, new KtoObjective(0.5, loss, 1, 0.7)), singles());
  }

  @ParameterizedTest
  @EnumSource(SftLoss.class)
  void sft(SftLoss loss) {
    same(
        model -> new SupervisedTask(model, loss),
        pairs().stream()
            .map(p -> new TokenizedDemonstration(p.source(), p.prompt(), p.chosen()))
            .toList());
  }

  static Stream<PolicyGradientObjective> policyGradients() {
    Stream<PolicyGradientObjective> family =
        Stream.of(GrpoLoss.values()).map(loss -> GrpoObjective.of(loss, 0.1, 8));
    return Stream.concat(
        family,
        Stream.of(
            GrpoObjective.rloo(0.2, 0.2),
            PpoObjective.of(0.2),
            GrpoObjective.builder(GrpoLoss.DAPO).beta(0.1).topEntropyQuantile(0.4).build()));
  }

  @ParameterizedTest
  @MethodSource("policyGradients")
  void onlineLosses(PolicyGradientObjective objective) {
    same(model -> new PolicyGradientTask(model, objective, 0.9), rollouts());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ppoWithACritic(boolean shared) {
    Random random = new Random(4);
    List<ScoredRollout> valued = new ArrayList<>();
    for (ScoredRollout one : rollouts()) {
      int n = one.completion().length;
      valued.add(
          new ScoredRollout(
                  one.source(), one.prompt(), one.completion(), one.old(), one.advantages())
              .withCritique(
                  random.doubles(n, -1, 1).toArray(), random.doubles(n, -1, 1).toArray()));
    }
    same(
        model -> {
          ActorCritic both =
              shared
                  ? ActorCritic.sharedTrunk(model)
                  : ActorCritic.separate(model, new ScalarHeadModel(moved(), BACKEND));
          return new ActorCriticTask(both, PpoObjective.of(0.2), new ValueLoss(0.2), 0.1, 0.9);
        },
        valued);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5, 1})
  void distillation(double beta) {
    same(
        model -> new DistillationTask(model, model, new GeneralizedJsd(beta, 1, 0)),
        pairs().stream()
            .map(p -> new TokenizedDemonstration(p.source(), p.prompt(), p.chosen()))
            .toList());
  }
}
