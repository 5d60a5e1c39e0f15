package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.align4j.core.data.PromptFile;
import org.align4j.core.refusal.Rate;
import org.align4j.core.run.AtomicFiles;
import org.align4j.examples.terminal.Bars;
import org.align4j.reward.gate.GateScores;
import org.align4j.reward.gate.RefusalGate;
import org.align4j.reward.report.RateLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "score",
    mixinStandardHelpOptions = true,
    description = "What a gate says of a file of requests: rows prompt, score, refused.")
final class GateScoreCommand implements Callable<Integer> {
  @Mixin ModelOptions model;

  @Option(
      names = "--gate",
      required = true,
      paramLabel = "FILE.json",
      converter = ExistingPath.class,
      description = "What gate fit wrote for this model.")
  Path gate;

  @Option(
      names = "--prompts",
      required = true,
      paramLabel = "FILE[:COLUMN][@FIELD=VALUE]",
      converter = ExistingPrompts.class,
      description = "JSONL, JSON, CSV or text lines.")
  PromptFile prompts;

  @Option(names = "--out", required = true, paramLabel = "FILE.jsonl", description = "Rows out.")
  Path out;

  @Mixin JsonOutput output;

  @Override
  public Integer call() throws IOException {
    List<String> texts = prompts.read();
    RefusalGate loaded = RefusalGate.load(gate, model.forMany());
    double[] scores = loaded.scores(texts, Bars.FACTORY);
    AtomicFiles.writeLines(
        out,
        IntStream.range(0, scores.length)
            .mapToObj(
                i ->
                    JsonOutput.JSON
                        .createObjectNode()
                        .put("prompt", texts.get(i))
                        .put("score", scores[i])
                        .put("refused", scores[i] >= loaded.threshold())
                        .toString()));
    Rate rate = GateScores.refused(scores, loaded.threshold());
    System.out.println(RateLine.of(prompts.path().toString(), rate));
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("prompts", rate.n());
    json.put("refused", rate.hits());
    json.put("rate", rate.value());
    json.put("threshold", loaded.threshold());
    output.print(json);
    return 0;
  }
}
