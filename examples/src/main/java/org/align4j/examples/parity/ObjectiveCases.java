package org.align4j.examples.parity;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.align4j.core.objective.Divergence;
import org.align4j.core.objective.DpoLoss;
import org.align4j.core.objective.DpoObjective;
import org.align4j.core.objective.SftLoss;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.format.SafetensorsReader;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.optim.GradientClipper;
import org.align4j.policy.train.MetricSums;
import org.align4j.policy.train.PreferenceTask;
import org.align4j.policy.train.SupervisedTask;
import org.align4j.policy.train.TokenizedDemonstration;
import org.align4j.policy.train.TokenizedPair;
import org.align4j.policy.train.TrainingTask;

/** Loss, metrics and gradients of a trainer's first step. */
final class ObjectiveCases {
  private static final double LOSS_TOLERANCE = 1e-4;
  private static final double GRADIENT_TOLERANCE = 1e-3;
  private static final String ADAPTER = "adapter";

  private final Fixtures fixtures;

  ObjectiveCases(Fixtures fixtures) {
    this.fixtures = fixtures;
  }

  CaseResult run(String objective) {
    String name = "objectives/" + objective;
    JsonNode node = fixtures.objective(objective);
    JsonNode config = node.path("config");
    return switch (config.path("trainer").asText()) {
      case "sft" -> supervised(name, objective, node, config);
      case "dpo" -> preference(name, objective, node, config);
      default ->
          CaseResult.notSupported(name, "trainer " + config.path("trainer").asText("unnamed"));
    };
  }

  private CaseResult supervised(String name, String objective, JsonNode node, JsonNode config) {
    PolicyModel model = fixtures.trainable(config.path("policy").asText());
    boolean chosen = config.path("completion").asText("chosen").equals("chosen");
    List<TokenizedDemonstration> examples = new ArrayList<>();
    for (TokenizedPair pair : fixtures.tokenized(model, config.path("rows").asInt())) {
      examples.add(
          new TokenizedDemonstration(
              pair.source(), pair.prompt(), chosen ? pair.chosen() : pair.rejected()));
    }
    SftLoss loss = SftLoss.parse(config.path("loss_type").asText("nll"));
    return compare(
        name, objective, node, model, new SupervisedTask(model.transformer(), loss), examples);
  }

  private CaseResult preference(String name, String objective, JsonNode node, JsonNode config) {
    String policy = config.path("policy").asText();
    boolean lora = gradientNames(node).stream().anyMatch(g -> g.contains(".lora_"));
    PolicyModel model = lora ? fixtures.withAdapter(policy, ADAPTER) : fixtures.trainable(policy);
    // An adapter's reference is the policy without it; a full model's is the one that is named.
    PolicyModel reference =
        lora ? model : PolicyModel.load(fixtures.model(config.path("reference").asText()));
    PreferenceTask task =
        new PreferenceTask(model.transformer(), reference.transformer(), objective(config));
    List<TokenizedPair> pairs = fixtures.tokenized(model, config.path("rows").asInt());
    return compare(name, objective, node, model, task, pairs);
  }

  private static DpoObjective objective(JsonNode config) {
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
    return new DpoObjective(
        config.path("beta").asDouble(0.1),
        losses,
        weights,
        Divergence.parse(config.path("f_divergence_type").asText("reverse_kl")),
        config.path("f_alpha_divergence_coef").asDouble(0.5),
        config.path("label_smoothing").asDouble(0),
        config.path("discopop_tau").asDouble(0.05),
        config.path("ld_alpha").asDouble(1),
        config.path("use_weighting").asBoolean(false));
  }

  private <E> CaseResult compare(
      String name,
      String objective,
      JsonNode node,
      PolicyModel model,
      TrainingTask<E> task,
      List<E> examples) {
    MetricSums sums = new MetricSums();
    double loss = task.run(examples, examples, true, sums);
    Map<String, Double> metrics = sums.means();
    metrics.put("num_tokens", (double) examples.stream().mapToInt(task::countedTokens).sum());
    Comparison comparison = new Comparison();
    comparison.relative("loss", node.path("loss").asDouble(), loss, LOSS_TOLERANCE, 1e-2);
    for (Map.Entry<String, JsonNode> metric : node.path("metrics").properties()) {
      double got = metrics.getOrDefault(metric.getKey(), Double.NaN);
      comparison.relative(metric.getKey(), metric.getValue().asDouble(), got, LOSS_TOLERANCE, 1);
    }
    List<Parameter> parameters = model.transformer().parameters();
    double norm = GradientClipper.norm(Backends.defaultBackend(), parameters);
    comparison.relative(
        "grad_norm", node.path("grad_norm").asDouble(), norm, GRADIENT_TOLERANCE, 1e-6);
    for (Parameter parameter : parameters) {
      gradient(node.path("gradients"), parameter, norm, comparison);
    }
    wholeGradients(objective, parameters, comparison);
    return comparison.result(name);
  }

  private static List<String> gradientNames(JsonNode node) {
    List<String> names = new ArrayList<>();
    node.path("gradients").fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** PEFT prefixes module names and puts the adapter's name before ".weight". */
  private static String peerName(Parameter parameter) {
    return parameter.name().contains(".lora_")
        ? "base_model.model." + parameter.name().replace(".weight", ".default.weight")
        : parameter.name();
  }

  private static void gradient(
      JsonNode gradients, Parameter parameter, double totalNorm, Comparison comparison) {
    String name = peerName(parameter);
    JsonNode expected = gradients.path(name);
    if (expected.isMissingNode()) {
      comparison.absolute(name + " is not in the fixture", 0, Double.NaN, 1);
      return;
    }
    float[] values = parameter.gradient().toArray();
    double squares = 0;
    double sum = 0;
    for (float value : values) {
      squares += (double) value * value;
      sum += value;
    }
    double floor = 1e-3 * totalNorm;
    double norm = expected.path("norm").asDouble();
    comparison.relative(name + " norm", norm, Math.sqrt(squares), GRADIENT_TOLERANCE, floor);
    // A sum of n terms of size norm/√n is uncertain by the norm times the relative error.
    comparison.absolute(
        name + " sum",
        expected.path("sum").asDouble(),
        sum,
        GRADIENT_TOLERANCE * Math.max(norm, floor) * Math.sqrt(Math.sqrt(values.length)));
    JsonNode first = expected.path("first");
    for (int i = 0; i < first.size(); i++) {
      comparison.absolute(
          name + "[" + i + "]",
          first.get(i).asDouble(),
          values[i],
          GRADIENT_TOLERANCE * Math.max(norm, floor));
    }
  }

  private void wholeGradients(String objective, List<Parameter> parameters, Comparison comparison) {
    Path file = fixtures.gradients(objective);
    if (file == null) {
      return;
    }
    try (SafetensorsReader reader = SafetensorsReader.open(file)) {
      for (Parameter parameter : parameters) {
        String name = peerName(parameter);
        Tensor expected = Tensor.zeros(parameter.gradient().rows(), parameter.gradient().columns());
        reader.read(name, expected);
        float[] want = expected.toArray();
        float[] got = parameter.gradient().toArray();
        double scale = 0;
        for (float value : want) {
          scale = Math.max(scale, Math.abs(value));
        }
        for (int i = 0; i < want.length; i++) {
          comparison.absolute(
              name + "[" + i + "]", want[i], got[i], GRADIENT_TOLERANCE * Math.max(scale, 1e-6));
        }
        expected.close();
      }
    }
  }
}
