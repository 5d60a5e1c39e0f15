package org.align4j.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.align4j.core.run.Progress;
import org.align4j.policy.format.PeftAdapters;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.run.CancellationToken;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole course on a tiny random model, which learns nothing but leaves everything. */
class QuickstartTest {
  private static final Path MODEL = model();

  @TempDir Path out;

  private static Path model() {
    try {
      return Path.of(QuickstartTest.class.getResource("/parity/models/policy").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private Quickstart.Result run(double minutes, BooleanSupplier stop) throws IOException {
    PolicyModel model = PolicyModel.load(MODEL);
    QuickstartConfig config = QuickstartConfig.of(minutes);
    return new Quickstart(model, "tiny", config, out, Progress.SILENT, CancellationToken.when(stop))
        .run();
  }

  @Test
  void aShortTimeIsKeptAndEverythingIsWritten() throws IOException {
    Quickstart.Result result = run(0.15, () -> false);
    assertThat(result.after()).isNotNull();
    assertThat(result.before().harmful().rate().n()).isEqualTo(50);
    PeftAdapters.load(PolicyModel.load(MODEL).transformer(), out.resolve("adapter"));
    List<String> metrics = Files.readAllLines(out.resolve("metrics.jsonl"));
    assertThat(metrics).anyMatch(line -> line.contains("\"sft\""));
    assertThat(metrics).anyMatch(line -> line.contains("\"eval_over_refused\""));
    assertThat(Files.readAllLines(out.resolve("samples.jsonl"))).hasSize(110);
    assertThat(out.resolve("report.html")).content().contains("</html>");
  }

  /** Ctrl-C while it trains: the adapter is there and can be read, and nothing claims a result. */
  @Test
  void aStopInTrainingLeavesAUsableAdapter() throws IOException {
    Path metrics = out.resolve("metrics.jsonl");
    Quickstart.Result result = run(0.5, () -> hasContent(metrics));
    assertThat(result.after()).isNull();
    assertThat(result.adapted()).isTrue();
    PeftAdapters.load(PolicyModel.load(MODEL).transformer(), out.resolve("adapter"));
    assertThat(out.resolve("report.html")).doesNotExist();
  }

  @Test
  void aStopBeforeTrainingLeavesNoAdapter() throws IOException {
    Quickstart.Result result = run(0.5, () -> true);
    assertThat(result.adapted()).isFalse();
    assertThat(out.resolve("adapter")).doesNotExist();
  }

  private static boolean hasContent(Path file) {
    try {
      return Files.exists(file) && Files.size(file) > 0;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
