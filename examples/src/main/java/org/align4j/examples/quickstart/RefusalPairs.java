package org.align4j.examples.quickstart;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.align4j.core.refusal.PromptKind;
import org.align4j.core.refusal.RefusalDetector;
import org.align4j.core.refusal.RefusalPattern;
import org.align4j.core.run.AtomicFiles;
import org.align4j.core.run.Progress;
import org.align4j.examples.quickstart.QuickstartData.Request;
import org.align4j.examples.quickstart.TrainingRequests.Row;
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
   * {@code prompts-train.jsonl} and {@code prompts-eval.jsonl}: prompt, harmful, category, and
   * kind: harmful, look_alikes, ordinary or matched. {@code prompts-ordinary.jsonl} holds the
   * ordinary evaluation requests in the same form.
   *
   * @throws IOException names the file that cannot be written
   */
  public void writePrompts() throws IOException {
    write("prompts-train.jsonl", prompts(training()));
    write("prompts-eval.jsonl", prompts(held(PromptKind.HARMFUL, PromptKind.BENIGN)));
    write("prompts-ordinary.jsonl", prompts(held(PromptKind.ORDINARY)));
  }

  /** Validation requests, too: they choose between the quickstart's checkpoints, not here. */
  private List<Row> training() {
    List<Row> all = new ArrayList<>(TrainingRequests.of(data));
    all.addAll(rows(data.validation(), PromptKind.values()));
    if (!balanced) {
      return all;
    }
    Map<Boolean, List<Row>> byLabel = all.stream().collect(Collectors.partitioningBy(Row::harmful));
    List<Row> harmless = new ArrayList<>(byLabel.get(false));
    List<Row> harmful = byLabel.get(true);
    Collections.shuffle(harmless, new Random(1));
    return Stream.concat(harmful.stream(), harmless.stream().limit(harmful.size())).toList();
  }

  private List<Row> held(PromptKind... kinds) {
    return rows(data.evaluation(), kinds);
  }

  private static List<Row> rows(Map<PromptKind, List<Request>> requests, PromptKind... kinds) {
    List<Row> out = new ArrayList<>();
    for (PromptKind kind : kinds) {
      for (Request request : requests.get(kind)) {
        out.add(
            kind == PromptKind.HARMFUL
                ? new Row(request, TrainingRequests.HARMFUL)
                : TrainingRequests.harmless(request));
      }
    }
    return out;
  }

  private static List<ObjectNode> prompts(List<Row> rows) {
    List<ObjectNode> out = new ArrayList<>();
    for (Row row : rows) {
      out.add(
          JSON.createObjectNode()
              .put("prompt", row.request().text())
              .put("harmful", row.harmful())
              .put("category", row.request().category())
              .put("kind", row.kind()));
    }
    Collections.shuffle(out, new Random(1));
    return out;
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
    SamplingParams greedy = SamplingParams.greedy(answerTokens);
    try (TextGenerator generator = new TextGenerator(model, BATCH, false)) {
      List<ObjectNode> train = pairs(generator, training(), greedy, progress);
      Collections.shuffle(train, new Random(1));
      write("pairs-train.jsonl", train);
      List<Row> held = held(PromptKind.HARMFUL, PromptKind.BENIGN);
      write("pairs-eval.jsonl", pairs(generator, held, greedy, progress));
    }
  }

  private static List<ObjectNode> pairs(
      TextGenerator generator, List<Row> rows, SamplingParams params, Progress.Factory progress) {
    RefusalDetector detector = new RefusalDetector();
    List<String> answers =
        generator.answers(
            rows.stream().map(row -> row.request().text()).toList(),
            params,
            progress,
            "answers",
            () -> false);
    List<ObjectNode> out = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      String answer = answers.get(i);
      RefusalPattern pattern = detector.judge(answer).pattern();
      if (!answer.isBlank() && !pattern.refused()) {
        boolean harmful = rows.get(i).harmful();
        out.add(
            JSON.createObjectNode()
                .put("prompt", rows.get(i).request().text())
                .put("chosen", harmful ? QuickstartConfig.REFUSAL : answer)
                .put("rejected", harmful ? answer : QuickstartConfig.REFUSAL));
      }
    }
    return out;
  }

  private void write(String name, List<ObjectNode> rows) throws IOException {
    AtomicFiles.writeLines(out.resolve(name), rows.stream().map(ObjectNode::toString));
  }
}
