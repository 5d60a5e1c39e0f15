package org.align4j.examples.parity;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.align4j.core.objective.CpoLoss;
import org.align4j.core.objective.CpoObjective;
import org.align4j.core.objective.Divergence;
import org.align4j.core.objective.DpoLoss;
import org.align4j.core.objective.DpoObjective;
import org.align4j.core.objective.KtoLoss;
import org.align4j.core.objective.KtoObjective;
import org.align4j.core.objective.OrpoObjective;
import org.align4j.core.objective.PreferenceObjective;
import org.align4j.core.objective.SftLoss;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.model.Reference;
import org.align4j.policy.task.PreferenceTask;
import org.align4j.policy.task.SupervisedTask;
import org.align4j.policy.task.UnpairedTask;
import org.align4j.policy.text.TokenizedDemonstration;
import org.align4j.policy.text.TokenizedPair;
import org.align4j.policy.text.TokenizedUnpaired;

/** First steps on fixed data: SFT, DPO, CPO, ORPO, KTO. */
final class OfflineCases {
  private static final String ADAPTER = "adapter";

  private final Fixtures fixtures;

  OfflineCases(Fixtures fixtures) {
    this.fixtures = fixtures;
  }

  CaseResult supervised(FirstStep step) {
    PolicyModel model = fixtures.trainable(step.text("policy"));
    boolean chosen = step.config().path("completion").asText("chosen").equals("chosen");
    List<TokenizedDemonstration> examples = new ArrayList<>();
    for (TokenizedPair pair : pairs(step, model)) {
      examples.add(
          new TokenizedDemonstration(
              pair.source(), pair.prompt(), chosen ? pair.chosen() : pair.rejected()));
    }
    SftLoss loss = SftLoss.parse(step.config().path("loss_type").asText("nll"));
    return step.compare(new SupervisedTask(model.transformer(), loss), examples);
  }

  CaseResult dpo(FirstStep step) {
    String policy = step.text("policy");
    boolean lora = step.ofAdapter();
    PolicyModel model = lora ? fixtures.withAdapter(policy, ADAPTER) : fixtures.trainable(policy);
    // An adapter's reference is the policy without it; a full model's is the one that is named.
    Reference reference =
        lora
            ? Reference.adapterOff(model.transformer())
            : Reference.of(fixtures.load(step.text("reference")).transformer());
    PreferenceTask task = new PreferenceTask(model.transformer(), reference, dpoObjective(step));
    return step.compare(task, pairs(step, model));
  }

  private static DpoObjective dpoObjective(FirstStep step) {
    JsonNode config = step.config();
    List<DpoLoss> losses = new ArrayList<>();
    List<Double> weights = new ArrayList<>();
    JsonNode types = config.path("loss_type");
    if (types.isArray()) {
      types.forEach(type -> losses.add(DpoLoss.parse(type.asText())));
    } else {
      losses.add(DpoLoss.parse(types.asText("sigmoid")));
    }
    config.path("loss_weights").forEach(weight -> weights.add(weight.asDouble()));
    while (weights.size() < losses.size()) {
      weights.add(1.0);
    }
    return DpoObjective.builder()
        .beta(step.number("beta", 0.1))
        .losses(losses, weights)
        .divergence(Divergence.parse(config.path("f_divergence_type").asText("reverse_kl")))
        .alphaCoefficient(step.number("f_alpha_divergence_coef", 0.5))
        .labelSmoothing(step.number("label_smoothing", 0))
        .discopopTau(step.number("discopop_tau", 0.05))
        .ldAlpha(step.number("ld_alpha", 1))
        .weighting(config.path("use_weighting").asBoolean(false))
        .build();
  }

  CaseResult cpo(FirstStep step) {
    return referenceFree(
        step,
        CpoObjective.builder()
            .beta(step.number("beta", 0.1))
            .loss(CpoLoss.parse(step.config().path("loss_type").asText("sigmoid")))
            .labelSmoothing(step.number("label_smoothing", 0))
            .simpoGamma(step.number("simpo_gamma", 0.5))
            .alpha(step.number("alpha", 0))
            .cpoAlpha(step.number("cpo_alpha", 1))
            .build());
  }

  CaseResult orpo(FirstStep step) {
    return referenceFree(step, new OrpoObjective(step.number("beta", 0.1)));
  }

  /** TRL's CPO and ORPO end every completion with the end-of-text token, also after a newline. */
  private CaseResult referenceFree(FirstStep step, PreferenceObjective objective) {
    PolicyModel model = fixtures.trainable(step.text("policy"));
    int end = model.assets().stopTokens().iterator().next();
    List<TokenizedPair> pairs = new ArrayList<>();
    for (TokenizedPair pair : pairs(step, model)) {
      pairs.add(
          new TokenizedPair(
              pair.source(),
              pair.prompt(),
              ended(pair.chosen(), end),
              ended(pair.rejected(), end)));
    }
    return step.compare(new PreferenceTask(model.transformer(), objective), pairs);
  }

  private static int[] ended(int[] completion, int end) {
    if (completion[completion.length - 1] == end) {
      return completion;
    }
    int[] out = Arrays.copyOf(completion, completion.length + 1);
    out[completion.length] = end;
    return out;
  }

  /** Even rows are good with their chosen, odd rows bad with their rejected completion. */
  CaseResult kto(FirstStep step) {
    PolicyModel model = fixtures.trainable(step.text("policy"));
    Reference reference = Reference.of(fixtures.load(step.text("reference")).transformer());
    List<TokenizedUnpaired> examples = new ArrayList<>();
    for (TokenizedPair pair : pairs(step, model)) {
      boolean good = examples.size() % 2 == 0;
      examples.add(
          new TokenizedUnpaired(
              pair.source(), pair.prompt(), good ? pair.chosen() : pair.rejected(), good));
    }
    KtoObjective objective =
        new KtoObjective(
            step.number("beta", 0.1),
            KtoLoss.parse(step.config().path("loss_type").asText("kto")),
            step.number("desirable_weight", 1),
            step.number("undesirable_weight", 1));
    return step.compare(new UnpairedTask(model.transformer(), reference, objective), examples);
  }

  private List<TokenizedPair> pairs(FirstStep step, PolicyModel model) {
    return fixtures.tokenized(model, step.config().path("rows").asInt());
  }
}
