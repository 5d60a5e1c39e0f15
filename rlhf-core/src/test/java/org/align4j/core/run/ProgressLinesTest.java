package org.align4j.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressLinesTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final AtomicLong clock = new AtomicLong(-7);
  private final ProgressLines progress =
      new ProgressLines(new PrintStream(written, true, StandardCharsets.UTF_8), clock::get);

  @Test
  void aLineEveryTenSecondsAndOneAtTheEnd() {
    try (Progress task = progress.start("train", 1000)) {
      for (int i = 0; i < 1000; i++) {
        clock.addAndGet(25_000_000);
        task.step(1);
        task.note("loss 0." + i);
      }
    }
    assertThat(written.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "train: 400 of 1000 (40%) after 10 s, loss 0.398",
            "train: 800 of 1000 (80%) after 20 s, loss 0.798",
            "train: 1000 of 1000 (100%) after 25 s, loss 0.999");
  }

  @Test
  void anUnknownTotalHasNoShare() {
    progress.start("download", -1).close();
    assertThat(written.toString(StandardCharsets.UTF_8).strip()).isEqualTo("download: 0 after 0 s");
  }
}
