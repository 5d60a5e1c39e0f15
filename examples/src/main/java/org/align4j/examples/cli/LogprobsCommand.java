package org.align4j.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.align4j.core.data.DataException;
import org.align4j.core.run.AtomicFiles;
import org.align4j.core.run.Progress;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "logprobs",
    mixinStandardHelpOptions = true,
    description = "Log-probabilities of token sequences, each token given those before it.")
final class LogprobsCommand implements Callable<Integer> {
  @Mixin ModelOptions model;

  @Option(
      names = "--ids",
      required = true,
      converter = ExistingPath.class,
      description = "JSON: [[ids...], ...].")
  Path ids;

  @Option(
      names = "--out",
      required = true,
      description = "JSON: {\"token_logps\": [[...], ...]}; one value fewer than ids a row.")
  Path out;

  @Mixin JsonOutput output;

  @Override
  public Integer call() throws IOException {
    JsonNode rows = JsonOutput.JSON.readTree(ids.toFile());
    if (!rows.isArray() || rows.isEmpty()) {
      throw new DataException(ids + ": expected a non-empty JSON array of arrays of token ids");
    }
    PolicyModel loaded = model.forMany().parts();
    ObjectNode result = JsonOutput.JSON.createObjectNode();
    ArrayNode all = result.putArray("token_logps");
    int tokens = 0;
    try (Progress bar = Bars.FACTORY.start("log-probs", rows.size())) {
      for (int i = 0; i < rows.size(); i++) {
        int[] sequence = sequence(rows.get(i), i);
        TokenBatch batch = TokenBatch.of(List.of(PromptCompletions.sequence(sequence)));
        ArrayNode line = all.addArray();
        for (double logProb : loaded.transformer().forward(batch, Mode.EVALUATE).logProbs()) {
          line.add(logProb);
        }
        tokens += sequence.length;
        bar.step(1);
      }
    }
    AtomicFiles.writeString(out, JsonOutput.JSON.writeValueAsString(result));
    output.print(Map.of("sequences", rows.size(), "tokens", tokens, "out", out.toString()));
    return 0;
  }

  private int[] sequence(JsonNode row, int index) {
    if (!row.isArray() || row.size() < 2) {
      throw new DataException(
          ids + ": row " + index + " must be an array of at least two token ids");
    }
    int[] sequence = new int[row.size()];
    for (int t = 0; t < sequence.length; t++) {
      if (!row.get(t).isInt()) {
        throw new DataException(ids + ": row " + index + ", position " + t + " is no token id");
      }
      sequence[t] = row.get(t).asInt();
    }
    return sequence;
  }
}
