package org.align4j.examples.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.align4j.core.data.Content;
import org.align4j.core.data.Message;
import org.align4j.core.run.Progress;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.generate.Generator;
import org.align4j.policy.generate.SamplingParams;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "chat",
    mixinStandardHelpOptions = true,
    description = "Talks with a model; an empty line or end of input ends it.")
final class ChatCommand implements Callable<Integer> {
  @Mixin ModelOptions model;

  @Option(names = "--prompt", description = "Answer this and end.")
  String prompt;

  @Option(
      names = "--max-new-tokens",
      defaultValue = "256",
      description = "Default ${DEFAULT-VALUE}.")
  int maxNewTokens;

  @Option(names = "--temperature", defaultValue = "0", description = "0 = greedy (default).")
  double temperature;

  @Mixin JsonOutput output;

  @Override
  public Integer call() throws IOException {
    PolicyModel loaded = model.loadForOne();
    try (Generator generator = ModelOptions.generator(loaded, 1)) {
      talk(loaded, generator);
    }
    return 0;
  }

  private void talk(PolicyModel loaded, Generator generator) throws IOException {
    List<Message> history = new ArrayList<>();
    if (prompt != null) {
      String answer = answer(loaded, generator, history, prompt);
      System.out.println(answer);
      output.print(java.util.Map.of("prompt", prompt, "completion", answer));
      return;
    }
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    System.err.print("> ");
    for (String line = lines.readLine(); line != null && !line.isBlank(); line = lines.readLine()) {
      System.out.println(answer(loaded, generator, history, line));
      System.err.print("> ");
    }
  }

  private String answer(
      PolicyModel loaded, Generator generator, List<Message> history, String message) {
    history.add(Message.user(message));
    int[] ids = loaded.text().prompt(new Content.Chat(history));
    SamplingParams params =
        new SamplingParams(maxNewTokens, temperature, 0, 1, 1, System.nanoTime());
    int[] completion =
        generator.generate(List.of(ids), params, Progress.SILENT, "chat").get(0).ids();
    String text = loaded.tokenizer().decode(completion).strip();
    history.add(Message.assistant(text));
    return text;
  }
}
