package org.align4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import org.align4j.policy.run.TrainingResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbedDpoTest {
  @TempDir Path folder;

  @Test
  void theReadmesProgramRuns() throws Exception {
    Path fixtures = Path.of(URI.create(EmbedDpoTest.class.getResource("/parity").toString()));
    TrainingResult result =
        EmbedDpo.train(
            fixtures.resolve("models/policy").toString(), fixtures.resolve("pairs.jsonl"), folder);
    assertThat(result.steps()).isEqualTo(3);
    assertThat(folder.resolve("adapter/adapter_model.safetensors")).exists();
  }
}
