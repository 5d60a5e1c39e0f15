package org.align4j.reward.teacher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.align4j.core.distillation.Teacher;
import org.align4j.core.tck.TeacherContract;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class RecordedTeacherContractTest extends TeacherContract {
  @TempDir Path folder;

  private Path file;

  @BeforeEach
  void record() throws IOException {
    List<String> rows =
        prompts().stream()
            .map(p -> "{\"prompt\":\"" + p + "\",\"completion\":\"To \\\"" + p + "\\\": Yes.\"}")
            .toList();
    file = Files.write(folder.resolve("answers.jsonl"), rows);
  }

  @Override
  protected Teacher teacher() {
    return new RecordedTeacher(file);
  }
}
