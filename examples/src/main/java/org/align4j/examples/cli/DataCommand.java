package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.align4j.examples.quickstart.ProjectGate;
import org.align4j.examples.quickstart.QuickstartConfig;
import org.align4j.examples.quickstart.RefusalPairs;
import org.align4j.examples.terminal.Bars;
import org.align4j.examples.terminal.Interrupt;
import org.align4j.policy.ChatModel;
import org.align4j.policy.synth.RequestSynthesizer;
import org.align4j.policy.synth.SynthesisConfig;
import org.align4j.policy.synth.SynthesizedRequests;
import org.align4j.reward.gate.RefusalGate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "data",
    mixinStandardHelpOptions = true,
    description = "Writes the project's requests as files: prompts, and refusal preferences.")
final class DataCommand implements Callable<Integer> {
  @Mixin ModelOptions model;

  @Option(names = "--out", required = true, description = "Output folder.")
  Path out;

  @Option(
      names = "--pairs",
      description = "Also write refusal preferences with the model's own answers.")
  boolean pairs;

  @Option(
      names = "--balanced",
      description =
          "As many harmless training requests as harmful ones; without it all, 62% harmless.")
  boolean balanced;

  @Option(
      names = "--answer-tokens",
      defaultValue = "32",
      description = "Tokens of an answer (${DEFAULT-VALUE}).")
  int answerTokens;

  @Mixin SynthesisOptions synthesis;

  @Mixin JsonOutput output;

  @Spec CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (!synthesis.isAsked() && synthesis.hasOthers()) {
      throw new ParameterException(
          spec.commandLine(),
          "--gate, --seed, --language, --max-new-tokens and --max-samples need --synthesize");
    }
    SynthesisConfig config = synthesis.isAsked() ? WrongUse.checked(spec, synthesis::config) : null;
    RefusalPairs writer = new RefusalPairs(out, balanced);
    writer.writePrompts();
    ChatModel chat = pairs || config != null ? model.forMany() : null;
    if (pairs) {
      String refusal = QuickstartConfig.of(0).gate().refusal();
      writer.writePairs(chat.parts(), refusal, answerTokens, Bars.FACTORY);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("out", out.toString());
    boolean complete = config == null || synthesize(chat, config, json);
    System.err.println("written to " + out);
    output.print(json);
    return complete ? 0 : 1;
  }

  /** Whether there are as many requests as were asked for. */
  private boolean synthesize(ChatModel chat, SynthesisConfig config, Map<String, Object> json)
      throws IOException {
    RefusalGate gate =
        synthesis.gate == null
            ? ProjectGate.fit(chat, Bars.FACTORY)
            : RefusalGate.load(synthesis.gate, chat);
    RequestSynthesizer synthesizer = new RequestSynthesizer(chat.parts(), gate::refuses, config);
    SynthesizedRequests requests;
    try (Interrupt interrupt = new Interrupt()) {
      requests = synthesizer.run(Bars.FACTORY, interrupt.arm());
      requests.write(out.resolve("synthesized.jsonl"));
    }
    requests.summary().forEach((name, number) -> System.out.printf("%-15s %6d%n", name, number));
    if (!requests.complete()) {
      System.err.println(
          "only "
              + requests.prompts().size()
              + " of "
              + config.count()
              + " requests were found in "
              + requests.sampled()
              + " samples; --max-samples allows more");
    }
    json.put("synthesized", requests.summary());
    return requests.complete();
  }
}
