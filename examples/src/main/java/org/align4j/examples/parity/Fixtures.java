package org.align4j.examples.parity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.align4j.core.data.DataException;
import org.align4j.core.data.PreferencePair;
import org.align4j.core.data.TrlRows;
import org.align4j.policy.backend.Backend;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.format.PeftAdapters;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.text.LengthPolicy;
import org.align4j.policy.text.Tokenization;
import org.align4j.policy.text.TokenizedPair;

/** A folder of fixtures: {@code models/}, {@code objectives/}, {@code pairs.jsonl}. */
final class Fixtures {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * The backend of first steps: the scalar one, whose sums are in double, unless one is forced.
   * Some losses, vespo's for one, magnify the rounding of log-probs so much that the peer's own
   * takes up most of the tolerance; ours must not be added to it. Models are compared on the
   * default backend, and its kernels with the scalar ones in the backends' contract test.
   */
  private static final Backend STEPS =
      System.getProperty(Backends.PROPERTY) == null
          ? Backends.named("scalar")
          : Backends.defaultBackend();

  private final Path root;

  Fixtures(Path root) {
    if (!Files.isDirectory(root.resolve("models"))
        && !Files.isDirectory(root.resolve("objectives"))) {
      throw new DataException(
          root + ": has neither models/ nor objectives/; expected a fixture folder");
    }
    this.root = root;
  }

  Path model(String name) {
    return root.resolve("models").resolve(name);
  }

  /** A model that takes part in a first step. */
  PolicyModel load(String name) {
    return PolicyModel.load(model(name), STEPS);
  }

  /** The policy model of a case, trained in full. */
  PolicyModel trainable(String name) {
    PolicyModel model = load(name);
    model.transformer().trainAllWeights();
    return model;
  }

  PolicyModel withAdapter(String name, String adapter) {
    PolicyModel model = load(name);
    PeftAdapters.load(model.transformer(), model(adapter));
    return model;
  }

  List<PreferencePair> pairs(int rows) {
    List<PreferencePair> all = TrlRows.preferences(root.resolve("pairs.jsonl"));
    return all.subList(0, Math.min(rows, all.size()));
  }

  List<TokenizedPair> tokenized(PolicyModel model, int rows) {
    LengthPolicy whole = new LengthPolicy(0, LengthPolicy.Mode.ERROR);
    return new Tokenization(model.text(), whole, true).pairs(pairs(rows));
  }

  List<String> models() {
    return names(root.resolve("models"), "");
  }

  List<String> objectives() {
    return names(root.resolve("objectives"), ".json").stream()
        .filter(name -> !name.equals("grpo_batch"))
        .toList();
  }

  JsonNode objective(String name) {
    return json(root.resolve("objectives").resolve(name + ".json"));
  }

  /** A file of sampled completions beside the objectives. */
  JsonNode batch(String file) {
    return json(root.resolve("objectives").resolve(file));
  }

  Path gradients(String name) {
    Path file = root.resolve("objectives").resolve(name + ".grads.safetensors");
    return Files.exists(file) ? file : null;
  }

  static JsonNode json(Path file) {
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw new DataException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static List<String> names(Path folder, String suffix) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    List<String> out = new ArrayList<>();
    try (var list = Files.list(folder)) {
      list.map(path -> path.getFileName().toString())
          .filter(name -> name.endsWith(suffix))
          .map(name -> name.substring(0, name.length() - suffix.length()))
          .sorted()
          .forEach(out::add);
    } catch (IOException e) {
      throw new DataException(folder + ": cannot be listed: " + e.getMessage(), e);
    }
    return out;
  }
}
