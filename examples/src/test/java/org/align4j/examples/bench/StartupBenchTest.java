package org.align4j.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.align4j.policy.ChatModel;
import org.align4j.policy.tck.TinyChatModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartupBenchTest {
  @TempDir Path folder;

  @Test
  void theModelIsThereBeforeTheFirstToken() throws IOException {
    TinyChatModel.create(folder, 3).close();
    try (ChatModel model = ChatModel.load(folder.toString())) {
      Map<String, Object> json = StartupBench.run(() -> model);
      double read = (double) json.get("seconds_to_model");
      assertThat(read).isPositive();
      assertThat((double) json.get("seconds_to_first_token")).isGreaterThanOrEqualTo(read);
    }
  }
}
