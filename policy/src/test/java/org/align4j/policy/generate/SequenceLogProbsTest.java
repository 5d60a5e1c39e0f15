package org.align4j.policy.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.align4j.core.data.DataException;
import org.align4j.core.run.Progress;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.backend.Tensor;
import org.align4j.policy.model.DecoderTransformer;
import org.align4j.policy.model.LanguageModel.Mode;
import org.align4j.policy.model.NextTokenLogits;
import org.align4j.policy.model.TinyModels;
import org.align4j.policy.text.PromptCompletions;
import org.align4j.policy.text.TokenBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SequenceLogProbsTest {
  @TempDir Path folder;

  private final DecoderTransformer model = TinyModels.create(Backends.defaultBackend(), 2);

  private List<double[]> logProbs(int[]... sequences) {
    return SequenceLogProbs.of(model, List.of(sequences), Progress.SILENT).rows();
  }

  /** ln softmax(logits after the tokens so far)[token], one sequence prefix at a time. */
  private double expected(int[] sequence, int at) {
    int[] prompt = new int[at];
    System.arraycopy(sequence, 0, prompt, 0, at);
    TokenBatch batch =
        TokenBatch.of(List.of(new PromptCompletions(prompt, List.of(new int[] {sequence[at]}))));
    try (NextTokenLogits logits = model.logits(batch, Mode.EVALUATE);
        Tensor row = Tensor.zeros(1, logits.vocabulary())) {
      logits.read(0, row);
      double sum = 0;
      for (int v = 0; v < logits.vocabulary(); v++) {
        sum += Math.exp(row.get(0, v));
      }
      return row.get(0, sequence[at]) - Math.log(sum);
    }
  }

  @Test
  void eachTokenIsScoredGivenThoseBeforeIt() {
    int[][] sequences = {{4, 9, 1, 28, 9}, {7, 7}};
    List<double[]> rows = logProbs(sequences);
    assertThat(rows).hasSize(2);
    for (int i = 0; i < sequences.length; i++) {
      assertThat(rows.get(i)).hasSize(sequences[i].length - 1);
      for (int t = 1; t < sequences[i].length; t++) {
        assertThat(rows.get(i)[t - 1])
            .as("sequence %d, token %d", i, t)
            .isCloseTo(expected(sequences[i], t), within(1e-5));
      }
    }
  }

  @Test
  void noSequenceSeesAnother() {
    int[] sequence = {3, 1, 4, 1, 5};
    assertThat(logProbs(new int[] {2, 7, 1}, sequence).get(1))
        .containsExactly(logProbs(sequence).get(0));
  }

  @Test
  void progressCountsSequences() {
    List<String> told = new ArrayList<>();
    Progress.Factory progress =
        (task, total) -> {
          told.add(task + " of " + total);
          return new Progress() {
            @Override
            public void step(long units) {
              told.add("step " + units);
            }

            @Override
            public void note(String text) {}

            @Override
            public void close() {
              told.add("closed");
            }
          };
        };
    SequenceLogProbs.of(model, List.of(new int[] {1, 2}, new int[] {3, 4}), progress);
    assertThat(told).containsExactly("log-probs of 2", "step 1", "step 1", "closed");
  }

  @Test
  void aSequenceOfOneTokenHasNoLogProb() {
    assertThatThrownBy(() -> logProbs(new int[] {5})).hasMessageContaining("two tokens");
  }

  @Test
  void writesAnArrayASequence() throws IOException {
    Path file = folder.resolve("new").resolve("out.json");
    new SequenceLogProbs(List.of(new double[] {-0.5, -1.25}, new double[] {-2})).write(file);
    assertThat(file).content().isEqualTo("{\"token_logps\":[[-0.5,-1.25],[-2.0]]}");
  }

  private Path file(String json) throws IOException {
    return Files.writeString(folder.resolve("ids.json"), json);
  }

  @Test
  void readsIdsInOrder() throws IOException {
    List<int[]> ids = SequenceLogProbs.readIds(file("[[1, 2], [30, 4, 0]]"));
    assertThat(ids).hasSize(2);
    assertThat(ids.get(0)).containsExactly(1, 2);
    assertThat(ids.get(1)).containsExactly(30, 4, 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{\"ids\":[[1,2]]}", "7"})
  void whatIsNoListOfRowsIsRefusedWithTheFile(String json) throws IOException {
    Path file = file(json);
    assertThatThrownBy(() -> SequenceLogProbs.readIds(file))
        .isInstanceOf(DataException.class)
        .hasMessage(file + ": expected a non-empty JSON array of arrays of token ids");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[[1,2],[3]]", "[[1,2],[]]", "[[1,2],3]", "[[1,2],null]"})
  void aRowWithoutTwoTokensIsNamed(String json) throws IOException {
    Path file = file(json);
    assertThatThrownBy(() -> SequenceLogProbs.readIds(file))
        .isInstanceOf(DataException.class)
        .hasMessage(file + ": row 1 must be an array of at least two token ids");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[[1,2],[3,\"4\"]] | 1 | 1",
        "[[1,2.5]] | 0 | 1",
        "[[1,2],[null,4]] | 1 | 0",
        "[[1,2,99999999999]] | 0 | 2",
        "[[true,2]] | 0 | 0"
      })
  void whatIsNoIdIsNamed(String json, int row, int position) throws IOException {
    Path file = file(json);
    assertThatThrownBy(() -> SequenceLogProbs.readIds(file))
        .isInstanceOf(DataException.class)
        .hasMessage(file + ": row " + row + ", position " + position + " is no token id");
  }

  @Test
  void brokenAndMissingFilesAreNotRowsOfNothing() throws IOException {
    Path broken = file("[[1, 2");
    assertThatThrownBy(() -> SequenceLogProbs.readIds(broken))
        .isInstanceOf(JsonProcessingException.class);
    assertThatThrownBy(() -> SequenceLogProbs.readIds(folder.resolve("absent.json")))
        .isInstanceOfAny(FileNotFoundException.class, NoSuchFileException.class)
        .hasMessageContaining("absent.json");
  }
}
