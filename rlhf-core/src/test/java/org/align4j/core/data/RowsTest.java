package org.align4j.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowsTest {
  @TempDir Path folder;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void explicitPromptAsStrings() throws IOException {
    Path file = file("a.jsonl", "{\"prompt\":\"p\",\"chosen\":\"c\",\"rejected\":\"r\"}\n\n");
    PreferencePair pair = TrlRows.preferences(file).get(0);
    assertThat(pair)
        .isEqualTo(
            new PreferencePair(
                "a.jsonl:1", new Content.Text("p"), new Content.Text("c"), new Content.Text("r")));
  }

  @Test
  void implicitPromptOfMessageLists() throws IOException {
    String user = "{\"role\":\"user\",\"content\":\"q\"}";
    String line =
        "[{\"chosen\":["
            + user
            + ",{\"role\":\"assistant\",\"content\":\"yes\"}],"
            + "\"rejected\":["
            + user
            + ",{\"role\":\"assistant\",\"content\":\"no\"}]}]";
    PreferencePair pair = TrlRows.preferences(file("a.json", line)).get(0);
    assertThat(pair.prompt()).isEqualTo(Content.user("q"));
    assertThat(pair.chosen()).isEqualTo(Content.assistant("yes"));
  }

  @Test
  void implicitPromptOfStringsStopsBeforeTheSpace() throws IOException {
    Path file = file("a.jsonl", "{\"chosen\":\"Q: hi A: good\",\"rejected\":\"Q: hi A: bad\"}");
    PreferencePair pair = TrlRows.preferences(file).get(0);
    assertThat(pair.prompt()).isEqualTo(new Content.Text("Q: hi A:"));
    assertThat(pair.chosen()).isEqualTo(new Content.Text(" good"));
  }

  /** TRL's unpair_preference_dataset: neighbours must not be two completions of one prompt. */
  @Test
  void pairsTakenApartAreAllChosenThenAllRejected() throws IOException {
    Path file =
        file(
            "a.jsonl",
            """
            {"prompt":"p","chosen":"c","rejected":"r"}
            {"prompt":"q","completion":"x","label":false}
            {"prompt":"s","chosen":"d","rejected":"e"}
            """);
    assertThat(TrlRows.unpaired(file))
        .extracting(row -> row.source() + " " + row.desirable())
        .containsExactly(
            "a.jsonl:1 true",
            "a.jsonl:2 false",
            "a.jsonl:3 true",
            "a.jsonl:1 false",
            "a.jsonl:3 false");
  }

  @Test
  void csvAndGzip() throws IOException {
    Path csv = file("a.csv", "prompt,completion\n\"a, b\",\"c\"\"d\"\n");
    assertThat(TrlRows.demonstrations(csv).get(0).completion()).isEqualTo(new Content.Text("c\"d"));
    Path zipped = folder.resolve("b.jsonl.gz");
    try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
      out.write("{\"prompt\":\"x\"}".getBytes(StandardCharsets.UTF_8));
    }
    assertThat(PromptFile.parse(zipped.toString()).read()).containsExactly("x");
  }

  @Test
  void theIndexThatPandasWritesIsNoColumn() throws IOException {
    Path csv = file("a.csv", ",prompt,completion\n0,a,b\n1,c,d\n");
    assertThat(TrlRows.demonstrations(csv))
        .extracting(Demonstration::completion)
        .containsExactly(new Content.Text("b"), new Content.Text("d"));
    assertThat(RowReader.read(csv).get(1).number()).isEqualTo(2);
    Path marked = file("b.csv", "\uFEFFprompt,completion\na,b\n");
    assertThat(TrlRows.demonstrations(marked)).hasSize(1);
  }

  @Test
  void otherHeadersWithoutNamesAreTold() throws IOException {
    Path csv = file("a.csv", "prompt,,completion\na,b,c\n");
    assertThatThrownBy(() -> RowReader.read(csv))
        .hasMessageStartingWith("a.csv: column 2 has no name");
    Path single = file("b.csv", "\na\n");
    assertThatThrownBy(() -> RowReader.read(single))
        .hasMessageStartingWith("b.csv: column 1 has no name");
    Path twice = file("c.csv", "prompt,prompt\na,b\n");
    assertThatThrownBy(() -> RowReader.read(twice))
        .hasMessage("c.csv: the header names column \"prompt\" twice");
    Path ragged = file("d.csv", ",prompt\n0,a\n1\n");
    assertThatThrownBy(() -> RowReader.read(ragged))
        .hasMessage("d.csv:2: has 1 cells; the header has 2");
  }

  @Test
  void messagesMustEndWithTheAssistant() throws IOException {
    Path file = file("a.jsonl", "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"}]}");
    assertThatThrownBy(() -> TrlRows.demonstrations(file))
        .hasMessage("a.jsonl:1: \"messages\" must end with an assistant message after the prompt");
  }

  @Test
  void rowWithoutChosenNamesFileRowAndField() throws IOException {
    Path file =
        file(
            "prefs.jsonl",
            "{\"prompt\":\"p\",\"chosen\":\"c\",\"rejected\":\"r\"}\n{\"prompt\":\"p\",\"rejected\":\"r\"}\n");
    assertThatThrownBy(() -> TrlRows.preferences(file))
        .isInstanceOf(DataException.class)
        .hasMessage("prefs.jsonl:2: field \"chosen\" is missing; expected a non-empty string");
  }

  @Test
  void emptyCompletionNamesTheRow() throws IOException {
    Path file = file("a.jsonl", "{\"prompt\":\"p\",\"completion\":\" \"}");
    assertThatThrownBy(() -> TrlRows.demonstrations(file))
        .hasMessage("a.jsonl:1: field \"completion\" is empty; expected a non-empty string");
  }

  @Test
  void brokenFilesSayWhereAndWhat() throws IOException {
    Path broken = file("a.jsonl", "{\"prompt\":\"p\"}\n{\"prompt\":");
    assertThatThrownBy(() -> RowReader.read(broken)).hasMessageContaining("a.jsonl:2: not a JSON");
    Path array = file("b.json", "{}");
    assertThatThrownBy(() -> RowReader.read(array)).hasMessageContaining("expected a JSON array");
    Path ragged = file("c.csv", "a,b\n1\n");
    assertThatThrownBy(() -> RowReader.read(ragged)).hasMessageContaining("c.csv:1: has 1 cells");
    Path unknown = file("d.parquet", "x");
    assertThatThrownBy(() -> RowReader.read(unknown)).hasMessageContaining(".jsonl, .json or .csv");
    assertThatThrownBy(() -> RowReader.read(folder.resolve("none.jsonl")))
        .hasMessageContaining("no such file");
    Path empty = file("e.jsonl", "\n");
    assertThatThrownBy(() -> RowReader.read(empty)).hasMessageContaining("holds no rows");
  }

  @Test
  void promptFileTakesColumnsPathsAndFilters() throws IOException {
    Path jsonl = file("m.jsonl", "{\"turns\":[\"first\",\"second\"]}\n");
    assertThat(PromptFile.parse(jsonl + ":turns[0]").read()).containsExactly("first");
    Path csv = file("x.csv", "prompt,label\na,safe\nb,unsafe\nc,safe\n");
    assertThat(PromptFile.parse(csv + ":prompt@label=safe").read()).containsExactly("a", "c");
    assertThat(PromptFile.parse(csv.toString()).read()).hasSize(3);
    Path flags =
        file(
            "f.jsonl",
            "{\"prompt\":\"a\",\"harmful\":true}\n{\"prompt\":\"b\",\"harmful\":false}\n");
    assertThat(PromptFile.parse(flags + ":prompt@harmful=true").read()).containsExactly("a");
    assertThatThrownBy(() -> PromptFile.parse(jsonl + ":turns[0]@turns=first").read())
        .hasMessageContaining("field \"turns\" is ARRAY; expected a string, a number");
    assertThatThrownBy(() -> PromptFile.parse(csv + ":nope").read()).hasMessageContaining("nope");
  }

  @Test
  void sampleIsFixedBySeedAndKeepsOrder() throws IOException {
    StringBuilder text = new StringBuilder("prompt\n");
    for (int i = 0; i < 50; i++) {
      text.append("p").append(i).append('\n');
    }
    PromptFile prompts = PromptFile.parse(file("p.csv", text.toString()).toString());
    List<String> sample = prompts.sample(7, 3);
    assertThat(sample)
        .hasSize(7)
        .isEqualTo(prompts.sample(7, 3))
        .isNotEqualTo(prompts.sample(7, 4));
    assertThat(sample).isSortedAccordingTo((a, b) -> number(a) - number(b));
  }

  private static int number(String prompt) {
    return Integer.parseInt(prompt.substring(1));
  }
}
