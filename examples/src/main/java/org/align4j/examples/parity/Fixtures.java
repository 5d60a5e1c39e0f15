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
import org.align4j.policy.format.PeftAdapters;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.train.LengthPolicy;
import org.align4j.policy.train.Tokenization;
import org.align4j.policy.train.TokenizedPair;

/** A folder of fixtures: {@code models/}, {@code objectives/}, {@code pairs.jsonl}. */
final class Fixtures {
  private static final ObjectMapper JSON = new ObjectMapper();

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

  /** The policy model of a case, trained in full. */
  PolicyModel trainable(String name) {
    PolicyModel model = PolicyModel.load(model(name));
    model.transformer().trainAllWeights();
    return model;
  }

  PolicyModel withAdapter(String name, String adapter) {
    PolicyModel model = PolicyModel.load(model(name));
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
