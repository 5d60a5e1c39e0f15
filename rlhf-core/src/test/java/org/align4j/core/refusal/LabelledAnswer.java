package org.align4j.core.refusal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An answer that people have labelled, measured. */
record LabelledAnswer(String model, String text, RefusalModel.Label label, double[] features) {
  /** The "model" of the answers that were written for the project. */
  static final String WRITTEN = "written";

  static final List<String> MODELS = List.of("gpt4", "llama2orig", "mistralinstruct");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Where XSTest's labelled answers are, if they are. */
  static Path folder() {
    return Path.of(System.getProperty("align4j.shared", "../shared"))
        .resolve("data/refusal_labels");
  }

  /** XSTest's answers of three models. */
  static List<LabelledAnswer> xstest() throws IOException {
    List<LabelledAnswer> out = new ArrayList<>();
    for (String model : MODELS) {
      for (String line : Files.readAllLines(folder().resolve("xstest_" + model + ".jsonl"))) {
        JsonNode row = JSON.readTree(line);
        out.add(of(model, row.get("completion").textValue(), row.get("label").textValue()));
      }
    }
    return out;
  }

  /** The project's own examples. */
  static List<LabelledAnswer> written() throws IOException {
    try (InputStream in = LabelledAnswer.class.getResourceAsStream("written-examples.tsv")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split("\t"))
          .map(fields -> of(WRITTEN, fields[1].replace("\\n", "\n"), fields[0]))
          .toList();
    }
  }

  private static LabelledAnswer of(String model, String text, String label) {
    return new LabelledAnswer(
        model,
        text,
        RefusalModel.Label.valueOf(label.toUpperCase(Locale.ROOT)),
        AnswerFeatures.of(RefusalDetector.find(text)));
  }

  boolean declines() {
    return label != RefusalModel.Label.COMPLIANCE;
  }
}
