package org.align4j.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.align4j.core.refusal.PromptKind;
import org.align4j.core.run.Progress;
import org.align4j.policy.ChatModel;
import org.align4j.policy.format.PeftAdapters;
import org.align4j.policy.format.PolicyModel;
import org.align4j.policy.run.CancellationToken;
import org.align4j.policy.tck.TinyChatModel;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole course on a tiny random model, which learns nothing but leaves everything. */
class QuickstartTest {
  @TempDir static Path models;
  @TempDir Path out;

  @BeforeAll
  static void create() throws IOException {
    TinyChatModel.create(models, 3, 4, 4096, 16).close();
  }

  private Quickstart.Outcome run(double minutes, BooleanSupplier stop) throws IOException {
    QuickstartConfig config = QuickstartConfig.of(minutes);
    try (ChatModel model = ChatModel.load(models.toString())) {
      return new Quickstart(model, config, out, Progress.SILENT, CancellationToken.when(stop))
          .run();
    }
  }

  @Test
  void aShortTimeIsKeptAndEverythingIsWritten() throws IOException {
    Quickstart.Result result = (Quickstart.Result) run(0.15, () -> false);
    assertThat(result.before().rate(PromptKind.HARMFUL).n()).isEqualTo(50);
    int ordinary = result.after().rate(PromptKind.ORDINARY).n();
    assertThat(ordinary).isEqualTo(QuickstartConfig.of(0.15).ordinaryRequests());
    assertThat(QuickstartReport.summary(result, "tiny", out))
        .contains(
            "harmful requests refused", "harmless requests refused", "ordinary requests refused");
    PeftAdapters.load(PolicyModel.load(models).transformer(), out.resolve("adapter"));
    List<String> metrics = Files.readAllLines(out.resolve("metrics.jsonl"));
    assertThat(metrics).anyMatch(line -> line.contains("\"sft\""));
    assertThat(metrics).allMatch(line -> line.contains("\"retention/kl\""));
    assertThat(Files.readAllLines(out.resolve("samples.jsonl")))
        .hasSize(110 + ordinary)
        .filteredOn(line -> line.startsWith("{\"set\":\"ordinary\""))
        .hasSize(ordinary);
    assertThat(out.resolve("report.html"))
        .content()
        .contains(
            "</html>",
            "Ordinary requests refused",
            "Harmful against ordinary requests refused",
            "The gate, cross-validated on its training requests, refuses: harmful ",
            "Ordinary requests drawn at random, 20 at most");
  }

  /** Ctrl-C while it trains: the adapter is there and can be read, and nothing claims a result. */
  @Test
  void aStopInTrainingLeavesAUsableAdapter() throws IOException {
    Path metrics = out.resolve("metrics.jsonl");
    assertStopped(run(0.5, () -> hasContent(metrics)), "stopped early; what was trained so far");
    PeftAdapters.load(PolicyModel.load(models).transformer(), out.resolve("adapter"));
    assertThat(out.resolve("report.html")).doesNotExist();
  }

  /** Answers that a stop cut off would count as answered. */
  @Test
  void aStopInTheLastMeasurementLeavesNoReport() throws IOException {
    Quickstart.Outcome outcome = stoppedIn("measure after (ordinary)");
    assertStopped(outcome, "stopped early; what was trained so far");
    assertThat(out.resolve("report.html")).doesNotExist();
  }

  @Test
  void aStopBeforeTrainingLeavesNoAdapter() throws IOException {
    assertStopped(run(0.5, () -> true), "stopped before training began");
    assertThat(out.resolve("adapter")).doesNotExist();
  }

  @Test
  void aStopWhileTheGateIsFittedLeavesNoAdapter() throws IOException {
    Quickstart.Outcome outcome = stoppedIn("train heads");
    assertStopped(outcome, "stopped before training began");
    assertThat(out.resolve("adapter")).doesNotExist();
  }

  /** A run that is cancelled when a task begins. */
  private Quickstart.Outcome stoppedIn(String wanted) throws IOException {
    boolean[] stop = new boolean[1];
    Progress.Factory stopping =
        (task, total) -> {
          stop[0] |= task.startsWith(wanted);
          return Progress.SILENT.start(task, total);
        };
    try (ChatModel model = ChatModel.load(models.toString())) {
      CancellationToken token = CancellationToken.when(() -> stop[0]);
      return new Quickstart(model, QuickstartConfig.of(0.15), out, stopping, token).run();
    }
  }

  private static void assertStopped(Quickstart.Outcome outcome, String message) {
    assertThat(outcome).isInstanceOf(Quickstart.Stopped.class);
    assertThat(((Quickstart.Stopped) outcome).message()).startsWith(message);
  }

  private static boolean hasContent(Path file) {
    try {
      return Files.exists(file) && Files.size(file) > 0;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
