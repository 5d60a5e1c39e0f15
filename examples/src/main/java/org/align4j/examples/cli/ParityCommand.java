package org.align4j.examples.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.align4j.examples.parity.CaseResult;
import org.align4j.examples.parity.Parity;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "parity",
    mixinStandardHelpOptions = true,
    description = "Compares log-probs, losses and gradients with fixtures computed by the peers.")
final class ParityCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "DIR",
      converter = ExistingPath.class,
      description = "A fixture folder: models/, objectives/, pairs.jsonl.")
  Path folder;

  @Mixin JsonOutput output;

  @Override
  public Integer call() {
    System.out.printf(
        "%-34s %-46s %14s %14s %10s  %s%n",
        "case", "quantity", "expected", "got", "error", "verdict");
    List<CaseResult> results = Parity.run(folder, ParityCommand::print);
    long passed = count(results, "pass");
    long failed = count(results, "fail");
    long unsupported = count(results, "not supported");
    System.out.printf("%d passed, %d failed, %d not supported%n", passed, failed, unsupported);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("passed", passed);
    json.put("failed", failed);
    json.put("unsupported", unsupported);
    json.put("cases", results.stream().map(ParityCommand::toJson).toList());
    output.print(json);
    return failed > 0 ? 1 : 0;
  }

  private static long count(List<CaseResult> results, String verdict) {
    return results.stream().filter(result -> result.verdict().equals(verdict)).count();
  }

  private static Map<String, Object> toJson(CaseResult result) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", result.name());
    json.put("verdict", result.verdict());
    json.put("worst_error", Double.isFinite(result.worstError()) ? result.worstError() : null);
    return json;
  }

  private static void print(CaseResult result) {
    System.out.printf(
        Locale.ROOT,
        "%-34s %-46s %14.7g %14.7g %10.2e  %s%n",
        result.name(),
        shorten(result.quantity()),
        result.expected(),
        result.got(),
        result.worstError(),
        result.verdict());
  }

  private static String shorten(String text) {
    String flat = text.replace("self_attn.", "").replace("model.layers.", "layers.");
    return flat.length() <= 46 ? flat : "..." + flat.substring(flat.length() - 43);
  }
}
