package org.align4j.policy.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.align4j.core.data.DataException;
import org.align4j.core.run.AtomicFiles;
import org.align4j.core.run.Progress;
import org.align4j.policy.model.LanguageModel;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;

/**
 * Log-probabilities of whole token sequences, each token given those before it.
 *
 * @param rows one value fewer than a sequence has tokens
 */
public record SequenceLogProbs(List<double[]> rows) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Copies the list.
   *
   * @param rows one value fewer than a sequence has tokens
   */
  public SequenceLogProbs {
    rows = List.copyOf(rows);
  }

  /**
   * Runs a model over sequences, one after another.
   *
   * @param model what scores tokens, in {@link Mode#EVALUATE}
   * @param sequences token ids, each at least two
   * @param progress shows the sequences
   * @return for each sequence, in order, ln p of its second token and of those that follow
   */
  public static SequenceLogProbs of(
      LanguageModel model, List<int[]> sequences, Progress.Factory progress) {
    List<double[]> rows = new ArrayList<>();
    try (Progress bar = progress.start("log-probs", sequences.size())) {
      for (int[] sequence : sequences) {
        TokenBatch batch = TokenBatch.of(List.of(PromptCompletions.sequence(sequence)));
        rows.add(model.forward(batch, Mode.EVALUATE).logProbs());
        bar.step(1);
      }
    }
    return new SequenceLogProbs(rows);
  }

  /**
   * Writes {@code {"token_logps": [[...], ...]}}.
   *
   * @param file is replaced at once, when all is written
   * @throws IOException names the file that cannot be written
   */
  public void write(Path file) throws IOException {
    AtomicFiles.writeString(file, JSON.writeValueAsString(Map.of("token_logps", rows)));
  }

  /**
   * Reads sequences from a JSON file, an array of arrays of token ids.
   *
   * @param file at least one array, each of at least two ids
   * @return the sequences, in order
   * @throws DataException names the row and the position that is no token id
   * @throws IOException if the file cannot be read or is not JSON
   */
  public static List<int[]> readIds(Path file) throws IOException {
    JsonNode rows = JSON.readTree(file.toFile());
    if (!rows.isArray() || rows.isEmpty()) {
      throw new DataException(file + ": expected a non-empty JSON array of arrays of token ids");
    }
    List<int[]> sequences = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      sequences.add(ids(file, rows.get(i), i));
    }
    return sequences;
  }

  private static int[] ids(Path file, JsonNode row, int index) {
    if (!row.isArray() || row.size() < 2) {
      throw new DataException(
          file + ": row " + index + " must be an array of at least two token ids");
    }
    int[] ids = new int[row.size()];
    for (int t = 0; t < ids.length; t++) {
      if (!row.get(t).isInt()) {
        throw new DataException(file + ": row " + index + ", position " + t + " is no token id");
      }
      ids[t] = row.get(t).asInt();
    }
    return ids;
  }
}
