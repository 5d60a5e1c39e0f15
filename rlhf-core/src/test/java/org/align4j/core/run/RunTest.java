package org.align4j.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunTest {
  @TempDir Path folder;

  @Test
  void fullDiskLeavesTheOlderFileAndNoRest() throws IOException {
    Path target = folder.resolve("report.json");
    AtomicFiles.writeString(target, "old");
    assertThatThrownBy(
            () ->
                AtomicFiles.write(
                    target,
                    out -> {
                      out.write(1);
                      throw new IOException("No space left on device");
                    }))
        .hasMessageContaining("report.json")
        .hasMessageContaining("No space left");
    assertThat(target).hasContent("old");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).hasSize(1);
    }
  }

  /** The error of the operating system itself, from its device that is always full. */
  @Test
  void theSystemsOwnFullDiskErrorIsPassedOn() throws IOException {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "needs /dev/full, which is Linux's");
    Path target = folder.resolve("report.json");
    AtomicFiles.writeString(target, "old");
    assertThatThrownBy(
            () -> AtomicFiles.write(target, out -> Files.writeString(full, "new report")))
        .hasMessageContaining("report.json: could not be written")
        .hasMessageContaining("No space left on device");
    assertThat(target).hasContent("old");
  }

  @Test
  void metricsAreOnDiskLineByLine() throws IOException {
    Path file = folder.resolve("metrics.jsonl");
    try (MetricsLog log = new MetricsLog(file)) {
      log.write("dpo", 1, Map.of("loss", 0.5));
      assertThat(Files.readAllLines(file))
          .containsExactly("{\"phase\":\"dpo\",\"step\":1,\"loss\":0.5}");
      log.write("dpo", 2, Map.of("loss", Double.NaN));
    }
    assertThat(Files.readAllLines(file).get(1)).contains("\"NaN\"");
  }

  @Test
  void rewindDropsLaterStepsOfAPhaseAndACutLine(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("metrics.jsonl");
    try (MetricsLog log = new MetricsLog(file)) {
      log.write("dpo", 1, Map.of("loss", 1.0));
      log.write("dpo", 2, Map.of("loss", 0.9));
      log.write("sft", 9, Map.of("loss", 0.9));
    }
    Files.writeString(file, "{\"phase\":", StandardOpenOption.APPEND);
    try (MetricsLog log = new MetricsLog(file)) {
      log.rewind("dpo", 1);
      log.write("dpo", 2, Map.of("loss", 0.8));
    }
    assertThat(Files.readAllLines(file))
        .containsExactly(
            "{\"phase\":\"dpo\",\"step\":1,\"loss\":1.0}",
            "{\"phase\":\"sft\",\"step\":9,\"loss\":0.9}",
            "{\"phase\":\"dpo\",\"step\":2,\"loss\":0.8}");
    Files.writeString(file, "no json\n{}\n");
    try (MetricsLog log = new MetricsLog(file)) {
      assertThatThrownBy(() -> log.rewind("dpo", 1))
          .hasMessageContaining("metrics.jsonl:1: not JSON")
          .hasMessageContaining("move the file away");
    }
  }

  @Test
  void whatARunBeforeHasLeftIsSetAside(@TempDir Path folder) throws IOException {
    Path kept = folder.resolve("checkpoint");
    EarlierRun.setAside(kept);
    for (String content : List.of("one", "two")) {
      Files.createDirectories(kept);
      Files.writeString(kept.resolve("state.json"), content);
      EarlierRun.setAside(kept);
      assertThat(kept).doesNotExist();
    }
    assertThat(folder.resolve("checkpoint.previous/state.json")).hasContent("two");
  }
}
