package org.align4j.reward.gate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import org.align4j.core.run.AtomicFiles;
import org.align4j.policy.format.ModelFileException;

/** A gate as one JSON file; doubles come back to the bit. */
final class GateFile {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FORMAT = "align4j-refusal-gate-1";

  private final Path path;
  private final JsonNode root;

  private GateFile(Path path, JsonNode root) {
    this.path = path;
    this.root = root;
  }

  static void write(GateParameters gate, Path path) throws IOException {
    ObjectNode root = JSON.createObjectNode();
    root.put("format", FORMAT).put("model", gate.model()).put("fingerprint", gate.fingerprint());
    root.put("layer", gate.layer()).put("threshold", gate.threshold());
    root.put("refusal", gate.refusal());
    root.set("mean", JSON.valueToTree(gate.probe().mean()));
    root.set("scale", JSON.valueToTree(gate.probe().scale()));
    root.set("weights", JSON.valueToTree(gate.probe().weights()));
    AtomicFiles.writeString(path, root.toString() + "\n");
  }

  static GateParameters read(Path path) {
    JsonNode root;
    try {
      root = JSON.readTree(path.toFile());
    } catch (IOException e) {
      throw new ModelFileException(path + ": cannot be read: " + e.getMessage(), e);
    }
    return new GateFile(path, root).parameters();
  }

  private GateParameters parameters() {
    if (!text("format").equals(FORMAT)) {
      throw new ModelFileException(
          path + ": format is \"" + text("format") + "\"; expected " + FORMAT);
    }
    double[] mean = numbers("mean");
    double[] scale = numbers("scale");
    double[] weights = numbers("weights");
    if (mean.length != weights.length || scale.length != weights.length) {
      throw new ModelFileException(
          path
              + ": mean, scale and weights must be of one length; they have "
              + mean.length
              + ", "
              + scale.length
              + " and "
              + weights.length);
    }
    for (double one : scale) {
      if (!(one > 0)) {
        throw new ModelFileException(path + ": field \"scale\" must be positive, got " + one);
      }
    }
    return new GateParameters(
        text("model"),
        text("fingerprint"),
        layer(),
        new LinearProbe(mean, scale, weights),
        number("threshold", root.path("threshold")),
        text("refusal"));
  }

  private String text(String field) {
    JsonNode node = root.path(field);
    if (!node.isTextual()) {
      throw new ModelFileException(path + ": field \"" + field + "\" must be a string");
    }
    return node.textValue();
  }

  private int layer() {
    JsonNode node = root.path("layer");
    if (!node.isInt() || node.intValue() < 1) {
      throw new ModelFileException(path + ": field \"layer\" must be a positive integer");
    }
    return node.intValue();
  }

  private double[] numbers(String field) {
    JsonNode node = root.path(field);
    if (!node.isArray() || node.isEmpty()) {
      throw new ModelFileException(path + ": field \"" + field + "\" must be a list of numbers");
    }
    double[] out = new double[node.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = number(field, node.get(i));
    }
    return out;
  }

  private double number(String field, JsonNode node) {
    if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
      throw new ModelFileException(path + ": field \"" + field + "\" must hold finite numbers");
    }
    return node.doubleValue();
  }
}
