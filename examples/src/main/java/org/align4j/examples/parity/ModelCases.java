package org.align4j.examples.parity;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.align4j.core.run.Progress;
import org.align4j.policy.backend.AttentionSpan;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.format.ModelFileException;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.generate.Generator;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.model.DecodingWeights;
import org.align4j.policy.model.KvCache;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.NewTokens;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.align4j.policy.text.TokenizedPair;

/** Log-probs, last logits, greedy text and tokenizer of a model folder; log-probs of an adapter. */
final class ModelCases {
  private static final double LOGP_TOLERANCE = 1e-4;

  private final Fixtures fixtures;

  ModelCases(Fixtures fixtures) {
    this.fixtures = fixtures;
  }

  CaseResult run(String folder) {
    String name = "models/" + folder;
    Path path = fixtures.model(folder);
    try {
      if (Files.exists(path.resolve("adapter_config.json"))) {
        return adapter(name, folder, Fixtures.json(path.resolve("expected.json")));
      }
      JsonNode architectures = Fixtures.json(path.resolve("config.json")).path("architectures");
      if (architectures.toString().contains("SequenceClassification")) {
        return new RewardCases(fixtures).model(name, folder);
      }
      PolicyModel model = PolicyModel.load(path);
      return Files.exists(path.resolve("expected.json"))
          ? full(name, path, model, Fixtures.json(path.resolve("expected.json")))
          : byObjective(name, folder, model);
    } catch (ModelFileException e) {
      return unsupportedOrFailed(name, e);
    }
  }

  /**
   * An architecture that is refused up front is not supported; any other complaint is a failure.
   */
  private static CaseResult unsupportedOrFailed(String name, ModelFileException e) {
    boolean refused =
        e.getMessage().contains("model_type is") || e.getMessage().contains("hidden_act");
    return refused
        ? CaseResult.notSupported(name, "architecture")
        : CaseResult.failed(name, e.getMessage());
  }

  private CaseResult full(String name, Path path, PolicyModel model, JsonNode expected) {
    Comparison comparison = new Comparison();
    sequences(model, expected.path("sequences"), comparison, true);
    JsonNode greedy = expected.path("greedy");
    if (greedy.isObject()) {
      greedy(model, greedy, comparison);
    }
    Path tokens = path.resolve("tokenizer_expected.json");
    if (Files.exists(tokens)) {
      for (JsonNode item : Fixtures.json(tokens)) {
        int[] ids = model.tokenizer().encode(item.path("text").asText());
        compareIds(
            "ids of \"" + item.path("text").asText() + "\"", item.path("ids"), ids, comparison);
      }
    }
    return comparison.result(name);
  }

  private CaseResult adapter(String name, String folder, JsonNode expected) {
    PolicyModel model = fixtures.withAdapter(expected.path("base").asText("policy"), folder);
    Comparison comparison = new Comparison();
    sequences(model, expected.path("sequences"), comparison, false);
    return comparison.result(name);
  }

  private static void sequences(
      PolicyModel model, JsonNode sequences, Comparison comparison, boolean logits) {
    for (int s = 0; s < sequences.size(); s++) {
      JsonNode sequence = sequences.get(s);
      int[] ids = ints(sequence.path("input_ids"));
      TokenBatch batch = TokenBatch.of(List.of(PromptCompletions.sequence(ids)));
      double[] got = model.transformer().forward(batch, Mode.EVALUATE).logProbs();
      JsonNode logps = sequence.path("token_logps");
      for (int t = 0; t < logps.size(); t++) {
        comparison.absolute(
            "sequence " + s + " log-prob " + t, logps.get(t).asDouble(), got[t], LOGP_TOLERANCE);
      }
      JsonNode last = sequence.path("last_logits");
      if (logits && last.size() > 0) {
        float[] row = lastLogits(model, ids);
        for (int v = 0; v < last.size(); v++) {
          comparison.absolute(
              "sequence " + s + " logit " + v, last.get(v).asDouble(), row[v], LOGP_TOLERANCE);
        }
      }
    }
  }

  private static float[] lastLogits(PolicyModel model, int[] ids) {
    KvCache cache = new KvCache(model.assets().config(), 1, ids.length, 0);
    int[] positions = new int[ids.length];
    Arrays.setAll(positions, i -> i);
    try (DecodingWeights weights = model.transformer().decodingWeights(true, 1)) {
      Tensor logits =
          model
              .transformer()
              .decode(
                  new NewTokens(
                      ids, positions, List.of(AttentionSpan.alone(0, ids.length, 0)), positions),
                  cache,
                  new int[] {ids.length - 1},
                  weights);
      return logits.toArray();
    } finally {
      cache.close();
    }
  }

  private static void greedy(PolicyModel model, JsonNode greedy, Comparison comparison) {
    int[] prompt = ints(greedy.path("prompt_ids"));
    int[] continuation = ints(greedy.path("completion_ids"));
    int[] got;
    try (Generator generator = new Generator(model.transformer(), Set.of(), 1, true)) {
      SamplingParams params = SamplingParams.greedy(continuation.length);
      got = generator.generate(List.of(prompt), params, Progress.SILENT, "greedy").get(0).ids();
    }
    for (int t = 0; t < continuation.length; t++) {
      comparison.absolute("greedy token " + t, continuation[t], got[t], 0.5);
    }
  }

  /** A model without expected.json is checked on the sums of log-probs of a case that trains it. */
  private CaseResult byObjective(String name, String folder, PolicyModel model) {
    for (String objective : fixtures.objectives()) {
      JsonNode node = fixtures.objective(objective);
      JsonNode config = node.path("config");
      boolean plain =
          config.path("trainer").asText().equals("dpo")
              && config.path("policy").asText().equals(folder)
              && !config.has("ld_alpha")
              && !objective.contains("lora")
              && node.path("metrics").has("logps/chosen");
      if (plain) {
        return sums(name, objective, model, node, config.path("rows").asInt());
      }
    }
    return CaseResult.notSupported(name, "no expected values");
  }

  private CaseResult sums(
      String name, String objective, PolicyModel model, JsonNode node, int rows) {
    double chosen = 0;
    double rejected = 0;
    List<TokenizedPair> pairs = fixtures.tokenized(model, rows);
    for (TokenizedPair pair : pairs) {
      PromptCompletions group =
          new PromptCompletions(pair.prompt(), List.of(pair.chosen(), pair.rejected()));
      TokenBatch batch = TokenBatch.of(List.of(group));
      double[] logProbs = model.transformer().forward(batch, Mode.EVALUATE).logProbs();
      chosen += Arrays.stream(batch.slice(logProbs, 0)).sum() / pairs.size();
      rejected += Arrays.stream(batch.slice(logProbs, 1)).sum() / pairs.size();
    }
    Comparison comparison = new Comparison();
    JsonNode metrics = node.path("metrics");
    // Sums of about 20 log-probs, each good to the tolerance.
    comparison.absolute(
        objective + " logps/chosen", metrics.path("logps/chosen").asDouble(), chosen, 2e-3);
    comparison.absolute(
        objective + " logps/rejected", metrics.path("logps/rejected").asDouble(), rejected, 2e-3);
    return comparison.result(name);
  }

  private static void compareIds(String what, JsonNode expected, int[] got, Comparison comparison) {
    comparison.absolute("number of " + what, expected.size(), got.length, 0.5);
    for (int i = 0; i < Math.min(expected.size(), got.length); i++) {
      comparison.absolute(what, expected.get(i).asInt(), got[i], 0.5);
    }
  }

  private static int[] ints(JsonNode array) {
    int[] out = new int[array.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = array.get(i).asInt();
    }
    return out;
  }
}
