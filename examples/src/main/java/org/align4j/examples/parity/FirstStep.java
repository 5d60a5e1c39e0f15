package org.align4j.examples.parity;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.align4j.core.metric.MetricSums;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.format.SafetensorsReader;
import org.align4j.policy.model.Parameter;
import org.align4j.policy.optim.GradientClipper;
import org.align4j.policy.task.TrainingTask;

/** Compares loss, metrics and gradients of a trainer's first step with a fixture's. */
final class FirstStep {
  static final double LOSS_TOLERANCE = 1e-4;
  private static final double GRADIENT_TOLERANCE = 1e-3;

  private final Fixtures fixtures;
  private final String objective;
  private final JsonNode node;

  FirstStep(Fixtures fixtures, String objective) {
    this.fixtures = fixtures;
    this.objective = objective;
    node = fixtures.objective(objective);
  }

  JsonNode node() {
    return node;
  }

  JsonNode config() {
    return node.path("config");
  }

  String text(String key) {
    return config().path(key).asText();
  }

  double number(String key, double otherwise) {
    return config().path(key).asDouble(otherwise);
  }

  /** All examples as one step. */
  <E> CaseResult compare(TrainingTask<E> task, List<E> examples) {
    MetricSums sums = new MetricSums();
    task.prepare(List.of(examples), true);
    double loss = task.run(examples, examples, true, sums);
    Map<String, Double> metrics = task.withDerived(sums.means());
    metrics.put("num_tokens", (double) examples.stream().mapToInt(task::countedTokens).sum());
    return compare(loss, metrics, task.model().parameters(), new Comparison());
  }

  /** The same for a step that was run elsewhere. */
  CaseResult compare(
      double loss, Map<String, Double> metrics, List<Parameter> parameters, Comparison comparison) {
    comparison.relative("loss", node.path("loss").asDouble(), loss, LOSS_TOLERANCE, 1e-2);
    for (Map.Entry<String, JsonNode> metric : node.path("metrics").properties()) {
      double got = metrics.getOrDefault(metric.getKey(), Double.NaN);
      comparison.relative(metric.getKey(), metric.getValue().asDouble(), got, LOSS_TOLERANCE, 1);
    }
    double norm = GradientClipper.norm(Backends.defaultBackend(), parameters);
    comparison.relative(
        "grad_norm", node.path("grad_norm").asDouble(), norm, GRADIENT_TOLERANCE, 1e-6);
    for (Parameter parameter : parameters) {
      gradient(parameter, norm, comparison);
    }
    wholeGradients(parameters, comparison);
    return comparison.result("objectives/" + objective);
  }

  /** Whether the fixture's gradients are those of an adapter. */
  boolean ofAdapter() {
    List<String> names = new ArrayList<>();
    node.path("gradients").fieldNames().forEachRemaining(names::add);
    return names.stream().anyMatch(name -> name.contains(".lora_"));
  }

  /** PEFT prefixes module names and puts the adapter's name before ".weight". */
  private static String peerName(Parameter parameter) {
    return parameter.name().contains(".lora_")
        ? "base_model.model." + parameter.name().replace(".weight", ".default.weight")
        : parameter.name();
  }

  private void gradient(Parameter parameter, double totalNorm, Comparison comparison) {
    String name = peerName(parameter);
    JsonNode expected = node.path("gradients").path(name);
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

  private void wholeGradients(List<Parameter> parameters, Comparison comparison) {
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
