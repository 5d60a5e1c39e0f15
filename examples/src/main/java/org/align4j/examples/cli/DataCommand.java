package org.align4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.align4j.examples.quickstart.ProjectGate;
import org.align4j.examples.quickstart.RefusalPairs;
import org.align4j.examples.terminal.Bars;
import org.align4j.examples.terminal.Interrupt;
import org.align4j.policy.ChatModel;
import org.align4j.policy.synth.RequestLanguage;
import org.align4j.policy.synth.RequestSynthesizer;
import org.align4j.policy.synth.SynthesisConfig;
import org.align4j.policy.synth.SynthesizedRequests;
import org.align4j.reward.gate.RefusalGate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "data",
    description = "Writes the project's requests as files: prompts, and refusal preferences.")
final class DataCommand extends ModelCommand {
  @Option(names = "--out", required = true, description = "Output folder.")
  Path out;

  @Option(
      names = "--pairs",
      description = "Also write refusal preferences with the model's own answers.")
  boolean pairs;

  @Option(
      names = "--balanced",
      description =
          "As many harmless training requests as harmful ones; without it all, two thirds harmless.")
  boolean balanced;

  @Option(
      names = "--answer-tokens",
      defaultValue = "32",
      description = "Tokens of an answer (${DEFAULT-VALUE}).")
  int answerTokens;

  @Option(
      names = "--synthesize",
      paramLabel = "N",
      description = "Also write N ordinary requests that the model writes itself.")
  Integer count;

  @Option(
      names = "--gate",
      paramLabel = "FILE.json",
      description =
          "With --synthesize: the gate that drops harmful ones; without it one is fitted to the"
              + " project's requests.")
  ExistingPath gate;

  @Option(names = "--seed", description = "With --synthesize: default 0.")
  Long seed;

  @Option(names = "--language", description = "With --synthesize: english (default), latin or any.")
  String language;

  @Option(names = "--max-new-tokens", description = "With --synthesize: of a request (64).")
  Integer maxNewTokens;

  @Option(names = "--max-samples", description = "With --synthesize: texts sampled (20 N).")
  Integer maxSamples;

  @Override
  public Integer call() throws IOException {
    if (count == null
        && Stream.of(gate, seed, language, maxNewTokens, maxSamples).anyMatch(Objects::nonNull)) {
      throw wrongUse(
          "--gate, --seed, --language, --max-new-tokens and --max-samples need --synthesize");
    }
    SynthesisConfig config = count == null ? null : checked(this::config);
    RefusalPairs writer = new RefusalPairs(out, balanced);
    writer.writePrompts();
    ChatModel chat = pairs || config != null ? forMany() : null;
    if (pairs) {
      writer.writePairs(chat.parts(), answerTokens, Bars.FACTORY);
    }
    SynthesizedRequests requests = config == null ? null : synthesize(chat, config);
    System.err.println("written to " + out);
    if (requests == null) {
      return print(Map.of("out", out.toString()));
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("out", out.toString());
    json.put("synthesized", requests.summary());
    print(json);
    return requests.complete() ? 0 : 1;
  }

  private SynthesisConfig config() {
    SynthesisConfig config = SynthesisConfig.of(count, seed == null ? 0 : seed);
    if (language != null) {
      config = config.withLanguage(RequestLanguage.of(language));
    }
    if (maxNewTokens != null) {
      config = config.withSampling(config.sampling().withMaxNewTokens(maxNewTokens));
    }
    return maxSamples == null ? config : config.withMaxSamples(maxSamples);
  }

  private SynthesizedRequests synthesize(ChatModel chat, SynthesisConfig config)
      throws IOException {
    RefusalGate screen =
        gate == null ? ProjectGate.fit(chat, Bars.FACTORY) : RefusalGate.load(gate.path(), chat);
    RequestSynthesizer synthesizer = new RequestSynthesizer(chat.parts(), screen::refuses, config);
    try (Interrupt interrupt = new Interrupt()) {
      SynthesizedRequests requests = synthesizer.run(Bars.FACTORY, interrupt.arm());
      requests.write(out.resolve("synthesized.jsonl"));
      requests.lines().forEach(System.out::println);
      if (!requests.complete()) {
        System.err.printf(
            "only %d of %d requests were found in %d samples; --max-samples allows more%n",
            requests.prompts().size(), config.count(), requests.sampled());
      }
      return requests;
    }
  }
}
