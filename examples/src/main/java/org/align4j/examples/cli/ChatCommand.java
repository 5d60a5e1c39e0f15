package org.align4j.examples.cli;

import java.io.IOException;
import java.util.Map;
import org.align4j.examples.terminal.Dialogue;
import org.align4j.policy.ChatModel;
import org.align4j.policy.ChatSession;
import org.align4j.policy.generate.SamplingParams;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "chat", description = "Talks with a model; an empty line or end of input ends it.")
final class ChatCommand extends ModelCommand {
  @Option(names = "--prompt", description = "Answer this and end.")
  String prompt;

  @Option(names = "--max-new-tokens", defaultValue = "256", description = DEFAULT)
  int maxNewTokens;

  @Option(names = "--temperature", defaultValue = "0", description = "0 = greedy (default).")
  double temperature;

  @Override
  public Integer call() throws IOException {
    SamplingParams params =
        new SamplingParams(maxNewTokens, temperature, 0, 1, 1, System.nanoTime());
    try (ChatModel chat = forOne();
        ChatSession session = chat.session(params)) {
      if (prompt == null) {
        Dialogue.run(session::say);
        return 0;
      }
      String answer = session.say(prompt);
      System.out.println(answer);
      return print(Map.of("prompt", prompt, "completion", answer));
    }
  }
}
