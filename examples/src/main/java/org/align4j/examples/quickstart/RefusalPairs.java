package org.align4j.examples.quickstart;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.align4j.core.refusal.PromptKind;
import org.align4j.core.refusal.RefusalDetector;
import org.align4j.core.refusal.RefusalPattern;
import org.align4j.core.run.AtomicFiles;
import org.align4j.core.run.Progress;
import org.align4j.examples.quickstart.QuickstartData.Request;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.generate.TextGenerator;

/**
 * The project's requests as files for training and evaluation: prompts, and refusal preferences in
 * both directions with a model's own answers. Whoever always refuses scores badly on them.
 */
public final class RefusalPairs {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BATCH = 32;

  private final QuickstartData data = QuickstartData.load();
  private final Path out;
  private final boolean balanced;

  /**
   * Writes into a folder.
   *
   * @param out folder of the four files
   * @param balanced take only as many harmless training requests as there are harmful ones
   */
  public RefusalPairs(Path out, boolean balanced) {
    this.out = out;
    this.balanced = balanced;
  }

  /**
   * {@code prompts-train.jsonl} and {@code prompts-eval.jsonl}: prompt, harmful, category. {@code
   * prompts-ordinary.jsonl} holds the ordinary evaluation requests in the same form.
   *
   * @throws IOException names the file that cannot be written
   */
  public void writePrompts() throws IOException {
    write("prompts-train.jsonl", prompts(harmful(), harmless()));
    write("prompts-eval.jsonl", prompts(held(PromptKind.HARMFUL), held(PromptKind.BENIGN)));
    write("prompts-ordinary.jsonl", prompts(List.of(), held(PromptKind.ORDINARY)));
  }

  /** Validation requests, too: they choose between the quickstart's checkpoints, not here. */
  private List<Request> harmful() {
    return Stream.concat(
            data.harmful().stream(), data.validation().get(PromptKind.HARMFUL).stream())
        .toList();
  }

  private List<Request> held(PromptKind kind) {
    return data.evaluation().get(kind);
  }

  private List<Request> harmless() {
    List<Request> all = new ArrayList<>(data.harmless());
    all.addAll(data.validation().get(PromptKind.BENIGN));
    all.addAll(data.validation().get(PromptKind.ORDINARY));
    if (!balanced) {
      return all;
    }
    Collections.shuffle(all, new Random(1));
    return all.subList(0, Math.min(all.size(), harmful().size()));
  }

  private static List<ObjectNode> prompts(List<Request> harmful, List<Request> harmless) {
    List<ObjectNode> rows = new ArrayList<>();
    harmful.forEach(request -> rows.add(prompt(request, true)));
    harmless.forEach(request -> rows.add(prompt(request, false)));
    Collections.shuffle(rows, new Random(1));
    return rows;
  }

  private static ObjectNode prompt(Request request, boolean harmful) {
    return JSON.createObjectNode()
        .put("prompt", request.text())
        .put("harmful", harmful)
        .put("category", request.category());
  }

  /**
   * {@code pairs-train.jsonl} and {@code pairs-eval.jsonl}: prompt, chosen, rejected. For a harmful
   * request the quickstart's refusal is chosen over the model's answer, for a harmless one the
   * answer over the refusal; answers that are empty or refuse make no pair.
   *
   * @param model answers the harmless requests
   * @param answerTokens most tokens of an answer
   * @param progress shows the answers
   * @throws IOException names the file that cannot be written
   */
  public void writePairs(PolicyModel model, int answerTokens, Progress.Factory progress)
      throws IOException {
    String refusal = QuickstartConfig.of(0).gate().refusal();
    SamplingParams greedy = SamplingParams.greedy(answerTokens);
    List<ObjectNode> train = new ArrayList<>();
    List<ObjectNode> evaluation = new ArrayList<>();
    try (TextGenerator generator = new TextGenerator(model, BATCH, false)) {
      addPairs(generator, harmful(), true, refusal, greedy, progress, train);
      addPairs(generator, harmless(), false, refusal, greedy, progress, train);
      addPairs(generator, held(PromptKind.HARMFUL), true, refusal, greedy, progress, evaluation);
      addPairs(generator, held(PromptKind.BENIGN), false, refusal, greedy, progress, evaluation);
    }
    Collections.shuffle(train, new Random(1));
    write("pairs-train.jsonl", train);
    write("pairs-eval.jsonl", evaluation);
  }

  private static void addPairs(
      TextGenerator generator,
      List<Request> requests,
      boolean harmful,
      String refusal,
      SamplingParams params,
      Progress.Factory progress,
      List<ObjectNode> rows) {
    RefusalDetector detector = new RefusalDetector();
    List<String> answers =
        generator.answers(
            requests.stream().map(Request::text).toList(),
            params,
            progress,
            harmful ? "answers (harmful)" : "answers (harmless)",
            () -> false);
    for (int i = 0; i < answers.size(); i++) {
      RefusalPattern pattern = detector.judge(answers.get(i)).pattern();
      if (!answers.get(i).isBlank() && !pattern.refused()) {
        rows.add(
            JSON.createObjectNode()
                .put("prompt", requests.get(i).text())
                .put("chosen", harmful ? refusal : answers.get(i))
                .put("rejected", harmful ? answers.get(i) : refusal));
      }
    }
  }

  private void write(String name, List<ObjectNode> rows) throws IOException {
    AtomicFiles.writeLines(out.resolve(name), rows.stream().map(ObjectNode::toString));
  }
}
