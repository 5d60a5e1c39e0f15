package org.align4j.examples.parity;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.align4j.core.advantage.Gae;
import org.align4j.core.distillation.GeneralizedJsd;
import org.align4j.core.metric.MetricSums;
import org.align4j.core.policygradient.BoundedRatios;
import org.align4j.core.policygradient.GrpoLoss;
import org.align4j.core.policygradient.GrpoObjective;
import org.align4j.core.policygradient.ImportanceCorrection;
import org.align4j.core.policygradient.PolicyGradientValue;
import org.align4j.core.policygradient.PpoObjective;
import org.align4j.core.policygradient.RatioLevel;
import org.align4j.core.policygradient.RolloutCounts;
import org.align4j.core.policygradient.RolloutLogProbs;
import org.align4j.core.policygradient.SapoGate;
import org.align4j.core.policygradient.ValueLoss;
import org.align4j.core.policygradient.VespoGate;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.task.DistillationTask;
import org.align4j.policy.task.PolicyGradientTask;
import org.align4j.policy.task.ScoredRollout;
import org.align4j.policy.text.TokenizedDemonstration;

/** Policy gradients and distillation on sampled completions, with and without a network. */
final class RolloutCases {
  /** Pure functions agree to rounding of the peer's float32. */
  private static final double PURE_TOLERANCE = 1e-6;

  private final Fixtures fixtures;

  RolloutCases(Fixtures fixtures) {
    this.fixtures = fixtures;
  }

  CaseResult grpo(FirstStep step) {
    PolicyModel model = fixtures.trainable(step.text("policy"));
    PolicyGradientTask task =
        new PolicyGradientTask(
            model.transformer(), grpoObjective(step), step.number("temperature", 1));
    return step.compare(task, rollouts(fixtures.batch(step.text("batch"))));
  }

  CaseResult distillation(FirstStep step) {
    PolicyModel student = fixtures.trainable(step.text("policy"));
    PolicyModel teacher = fixtures.load(step.text("teacher"));
    List<TokenizedDemonstration> examples = new ArrayList<>();
    for (ScoredRollout rollout : rollouts(fixtures.batch(step.text("batch")))) {
      examples.add(
          new TokenizedDemonstration(rollout.source(), rollout.prompt(), rollout.completion()));
    }
    DistillationTask task =
        new DistillationTask(
            student.transformer(),
            teacher.transformer(),
            new GeneralizedJsd(step.number("beta", 1), step.number("temperature", 1), 0));
    return step.compare(task, examples);
  }

  private static GrpoObjective grpoObjective(FirstStep step) {
    double epsilon = step.number("epsilon", 0.2);
    JsonNode config = step.config();
    return GrpoObjective.builder(GrpoLoss.parse(config.path("loss_type").asText("dapo")))
        .ratioLevel(RatioLevel.parse(config.path("importance_sampling_level").asText("token")))
        .epsilonLow(epsilon)
        .epsilonHigh(step.number("epsilon_high", epsilon))
        .delta(step.number("delta", 0))
        .beta(step.number("beta", 0))
        .weightedKl(config.path("use_bias_correction_kl").asBoolean(true))
        .maxCompletionLength(config.path("max_completion_length").asInt(512))
        .topEntropyQuantile(step.number("top_entropy_quantile", 1))
        .offPolicyThreshold(step.number("off_policy_mask_threshold", 0))
        .sapo(
            new SapoGate(
                step.number("sapo_temperature_pos", SapoGate.DEFAULT.positive()),
                step.number("sapo_temperature_neg", SapoGate.DEFAULT.negative())))
        .vespo(
            new VespoGate(
                gamma(step, "pos", VespoGate.DEFAULT.positive()),
                gamma(step, "neg", VespoGate.DEFAULT.negative())))
        .build();
  }

  private static VespoGate.Gamma gamma(FirstStep step, String side, VespoGate.Gamma absent) {
    return new VespoGate.Gamma(
        step.number("vespo_k_" + side, absent.k()),
        step.number("vespo_lambda_" + side, absent.lambda()));
  }

  static List<ScoredRollout> rollouts(JsonNode batch) {
    List<ScoredRollout> out = new ArrayList<>();
    for (int i = 0; i < batch.path("completion_ids").size(); i++) {
      int[] prompt = ints(batch.path("prompt_ids").get(i));
      if (i > 0 && Arrays.equals(prompt, out.get(i - 1).prompt())) {
        prompt = out.get(i - 1).prompt();
      }
      int[] completion = ints(batch.path("completion_ids").get(i));
      double[] advantages = new double[completion.length];
      Arrays.fill(advantages, batch.path("advantages").get(i).asDouble());
      out.add(
          new ScoredRollout(
                  "completion " + i,
                  prompt,
                  completion,
                  doubles(batch.path("old_logps").get(i)),
                  advantages)
              .withReference(doubles(batch.path("ref_logps").get(i))));
    }
    return out;
  }

  CaseResult policyLoss(FirstStep step) {
    JsonNode inputs = step.node().path("inputs");
    JsonNode mask = inputs.path("mask");
    List<double[]> policy = masked(inputs.path("logps"), mask);
    List<double[]> old = masked(inputs.path("old_logps"), mask);
    JsonNode config = step.config();
    List<double[]> importance = List.of();
    if (!config.path("is_correction_level").asText("off").equals("off")) {
      importance =
          correction(config).weights(old, masked(inputs.path("rollout_logps"), mask)).weights();
    }
    PpoObjective objective =
        PpoObjective.builder()
            .clipRange(step.number("clip_eps_low", 0.2))
            .clipHigh(step.number("clip_eps_high", 0.2))
            .dualClip(step.number("dual_clip", 0))
            .tokenMean(config.path("token_level_loss").asBoolean(true))
            .build();
    PolicyGradientValue value =
        objective.evaluate(
            new RolloutLogProbs(policy, old, masked(inputs.path("advantages"), mask))
                .withImportance(importance));
    Comparison comparison = new Comparison();
    comparison.relative(
        "loss", step.node().path("loss").asDouble(), value.loss(), PURE_TOLERANCE, 1);
    metrics(step, value.metrics(), comparison);
    gradients("grad", step.node().path("grad"), mask, value.dPolicy(), comparison);
    return comparison.result("objectives/" + step.node().path("name").asText());
  }

  private static void metrics(FirstStep step, MetricSums metrics, Comparison comparison) {
    JsonNode expected = step.node().path("metrics");
    comparison.absolute(
        "clip_ratio",
        expected.path("clip_ratio").asDouble(),
        metrics.means().get("policy/clipfrac_avg"),
        PURE_TOLERANCE);
    comparison.absolute(
        "ppo_kl",
        expected.path("ppo_kl").asDouble(),
        metrics.means().get("policy/kl_to_old"),
        PURE_TOLERANCE);
  }

  private static ImportanceCorrection correction(JsonNode config) {
    boolean sequence = config.path("is_correction_level").asText().equals("seq");
    boolean clip = config.path("is_correction_mode").asText("mask").equals("clip");
    JsonNode bounds = config.path("is_correction_threshold");
    return new BoundedRatios(
        sequence ? ImportanceCorrection.Level.SEQUENCE_MEAN : ImportanceCorrection.Level.TOKEN,
        clip ? ImportanceCorrection.Mode.TRUNCATE : ImportanceCorrection.Mode.MASK,
        bounds.path(0).asDouble(0.5),
        bounds.path(1).asDouble(5));
  }

  CaseResult valueLoss(FirstStep step) {
    JsonNode inputs = step.node().path("inputs");
    JsonNode mask = inputs.path("mask");
    List<double[]> values = masked(inputs.path("values"), mask);
    ValueLoss.Value value =
        new ValueLoss(step.number("clip_eps", 0))
            .evaluate(
                values,
                masked(inputs.path("old_values"), mask),
                masked(inputs.path("returns"), mask),
                RolloutCounts.of(values));
    Comparison comparison = new Comparison();
    comparison.relative(
        "loss", step.node().path("loss").asDouble(), value.loss(), PURE_TOLERANCE, 1);
    gradients("grad", step.node().path("grad"), mask, value.dValues(), comparison);
    return comparison.result("objectives/" + step.node().path("name").asText());
  }

  CaseResult gae(FirstStep step) {
    JsonNode inputs = step.node().path("inputs");
    JsonNode mask = inputs.path("mask");
    Gae.Result result =
        new Gae(step.number("gamma", 1), step.number("lambda_", 0.95))
            .estimate(masked(inputs.path("rewards"), mask), masked(inputs.path("values"), mask));
    Comparison comparison = new Comparison();
    gradients("advantage", step.node().path("advantages"), mask, result.advantages(), comparison);
    gradients("return", step.node().path("returns"), mask, result.returns(), comparison);
    return comparison.result("objectives/" + step.node().path("name").asText());
  }

  private static void gradients(
      String what, JsonNode expected, JsonNode mask, List<double[]> got, Comparison comparison) {
    List<double[]> want = masked(expected, mask);
    for (int i = 0; i < want.size(); i++) {
      for (int t = 0; t < want.get(i).length; t++) {
        comparison.relative(
            what + "[" + i + "][" + t + "]", want.get(i)[t], got.get(i)[t], PURE_TOLERANCE, 1);
      }
    }
  }

  /** The peers pad on the right; what the mask covers is no token of ours. */
  private static List<double[]> masked(JsonNode rows, JsonNode mask) {
    List<double[]> out = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      List<Double> row = new ArrayList<>();
      for (int t = 0; t < rows.get(i).size(); t++) {
        if (mask.get(i).get(t).asDouble() > 0) {
          row.add(rows.get(i).get(t).asDouble());
        }
      }
      out.add(row.stream().mapToDouble(Double::doubleValue).toArray());
    }
    return out;
  }

  private static double[] doubles(JsonNode array) {
    double[] out = new double[array.size()];
    Arrays.setAll(out, i -> array.get(i).asDouble());
    return out;
  }

  private static int[] ints(JsonNode array) {
    int[] out = new int[array.size()];
    Arrays.setAll(out, i -> array.get(i).asInt());
    return out;
  }
}
