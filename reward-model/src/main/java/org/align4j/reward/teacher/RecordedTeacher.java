package org.align4j.reward.teacher;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.data.DataException;
import org.align4j.core.data.Row;
import org.align4j.core.data.RowReader;
import org.align4j.core.distillation.Teacher;

/** Answers that were recorded before: rows of {@code prompt} and {@code completion}. */
public final class RecordedTeacher implements Teacher {
  private final Path file;
  private final Map<String, String> answers = new HashMap<>();

  /**
   * Reads the file.
   *
   * @param file with one row a prompt
   */
  public RecordedTeacher(Path file) {
    this.file = file;
    for (Row row : RowReader.read(file)) {
      answers.put(row.text("prompt"), row.text("completion"));
    }
  }

  @Override
  public List<String> answers(List<String> prompts) {
    List<String> out = new ArrayList<>(prompts.size());
    for (String prompt : prompts) {
      String answer = answers.get(prompt);
      if (answer == null) {
        throw new DataException(file + ": has no answer to \"" + prompt + "\"");
      }
      out.add(answer);
    }
    return out;
  }
}
