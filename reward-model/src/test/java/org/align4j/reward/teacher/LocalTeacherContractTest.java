package org.align4j.reward.teacher;

import java.io.IOException;
import java.nio.file.Path;
import org.align4j.core.distillation.Teacher;
import org.align4j.core.tck.TeacherContract;
import org.align4j.policy.backend.Backends;
import org.align4j.policy.generate.SamplingParams;
import org.align4j.policy.tck.TinyChatModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class LocalTeacherContractTest extends TeacherContract {
  @TempDir Path folder;

  private LocalTeacher teacher;

  @BeforeEach
  void create() throws IOException {
    teacher =
        new LocalTeacher(
            TinyChatModel.create(folder, 3),
            Backends.defaultBackend(),
            false,
            "",
            SamplingParams.greedy(16));
  }

  @Override
  protected Teacher teacher() {
    return teacher;
  }
}
