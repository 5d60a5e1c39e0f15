package org.align4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.align4j.policy.run.TrainingResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbedPpoTest {
  @TempDir Path folder;

  @Test
  void theReadmesProgramRuns() throws Exception {
    Path fixtures = Path.of(URI.create(EmbedPpoTest.class.getResource("/parity").toString()));
    String model = fixtures.resolve("models/policy").toString();
    TrainingResult result = EmbedPpo.train(model, List.of("hello", "and you?"), folder, 2);
    assertThat(result.steps()).isEqualTo(2);
    assertThat(result.last()).containsKeys("reward", "objective/kl", "loss/value_avg");
    assertThat(folder.resolve("adapter/adapter_model.safetensors")).exists();
  }
}
