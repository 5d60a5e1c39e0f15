package org.align4j.policy.generate;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.align4j.core.run.AtomicFiles;
import org.align4j.core.run.Progress;
import org.align4j.policy.format.PolicyModel;

/**
 * Completions of a list of prompts, as rows of a JSONL file.
 *
 * @param prompts what users say
 * @param texts the completions as text, a prompt each
 * @param completions the same as token ids
 * @param seconds that generation took
 */
public record CompletionRows(
    List<String> prompts, List<String> texts, List<Completion> completions, double seconds) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Copies the lists.
   *
   * @param prompts what users say
   * @param texts the completions as text, a prompt each
   * @param completions the same as token ids
   * @param seconds that generation took
   */
  public CompletionRows {
    prompts = List.copyOf(prompts);
    texts = List.copyOf(texts);
    completions = List.copyOf(completions);
  }

  /**
   * Answers prompts, each as the first message of a chat.
   *
   * @param model whose template and tokenizer are used; stays open
   * @param generator of the same model
   * @param prompts what users say
   * @param params how tokens are chosen, and how many at most
   * @param progress shows how many prompts are done
   * @return a row a prompt, in order
   */
  public static CompletionRows of(
      PolicyModel model,
      Generator generator,
      List<String> prompts,
      SamplingParams params,
      Progress.Factory progress) {
    List<int[]> ids = prompts.stream().map(model.text()::userPrompt).toList();
    long start = System.nanoTime();
    List<Completion> completions = generator.generate(ids, params, progress, "generate");
    double seconds = (System.nanoTime() - start) / 1e9;
    List<String> texts =
        completions.stream().map(one -> model.tokenizer().decode(one.ids())).toList();
    return new CompletionRows(prompts, texts, completions, seconds);
  }

  /**
   * Writes a row a prompt: {@code prompt}, {@code completion}, {@code completion_ids}, {@code
   * logprobs} of these, {@code finish_reason}.
   *
   * @param file is replaced at once, when all is written
   * @throws IOException names the file that cannot be written
   */
  public void write(Path file) throws IOException {
    AtomicFiles.writeLines(
        file, IntStream.range(0, prompts.size()).mapToObj(i -> row(i).toString()));
  }

  private ObjectNode row(int index) {
    Completion completion = completions.get(index);
    ObjectNode row = JSON.createObjectNode();
    row.put("prompt", prompts.get(index));
    row.put("completion", texts.get(index));
    row.set("completion_ids", JSON.valueToTree(completion.ids()));
    row.set("logprobs", JSON.valueToTree(completion.logProbs()));
    row.put("finish_reason", completion.finishReason().label());
    return row;
  }

  /**
   * {@return {@code tokens_per_second}, {@code tokens} of all completions, {@code seconds} and the
   * number of {@code prompts}}
   */
  public Map<String, Object> summary() {
    int tokens = completions.stream().mapToInt(completion -> completion.ids().length).sum();
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("tokens_per_second", tokens / seconds);
    summary.put("tokens", tokens);
    summary.put("seconds", seconds);
    summary.put("prompts", prompts.size());
    return summary;
  }
}
