package org.align4j.examples.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.align4j.core.run.Progress;
import org.align4j.policy.backend.KernelChoice;
import org.align4j.policy.backend.Library;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorReportTest {
  private static final List<Library> LINES =
      List.of(new Library("oneDNN", true, "2.5"), new Library("GPU", false, "no driver"));
  private static final KernelChoice KERNEL =
      new KernelChoice("all products", "Java loops", "nothing else is here");

  @TempDir Path folder;

  private static DoctorReport report(String backend, List<KernelChoice> kernels) {
    SortedMap<String, Path> models =
        new TreeMap<>(Map.of("org/b", Path.of("b"), "org/a", Path.of("a")));
    return new DoctorReport(backend, LINES, kernels, models);
  }

  private static String lines(String... lines) {
    return String.join(System.lineSeparator(), lines) + System.lineSeparator();
  }

  @Test
  void textHasALineALibraryThenALineAKernel() {
    assertThat(report("vector", List.of(KERNEL)).text())
        .isEqualTo(
            lines(
                "oneDNN             yes  2.5",
                "GPU                no   no driver",
                "",
                "all products: Java loops (nothing else is here)"));
  }

  @Test
  void textSaysWhereABackendHasNoChoice() {
    assertThat(report("nd4j", List.of()).text())
        .endsWith(lines("", "No choice of kernels: nd4j has one for everything."));
  }

  @Test
  void textNamesNoKernelsWithoutABackend() {
    assertThat(report(null, List.of()).text())
        .isEqualTo(lines("oneDNN             yes  2.5", "GPU                no   no driver", ""));
  }

  @Test
  void jsonNamesTheModelsWithoutTheirPlaces() {
    assertThat(report("vector", List.of(KERNEL)).json())
        .containsOnlyKeys("backend", "lines", "kernels", "models")
        .contains(
            entry("backend", "vector"), entry("lines", LINES), entry("kernels", List.of(KERNEL)));
    assertThat(report("vector", List.of()).json().get("models"))
        .asInstanceOf(InstanceOfAssertFactories.ITERABLE)
        .containsExactly("org/a", "org/b");
  }

  @Test
  void jsonHasANullWhereNoBackendRuns() {
    assertThat(report(null, List.of()).json()).containsEntry("backend", null);
  }

  /** Prints a report; the caches are named by the environment, which is a process's own. */
  static final class Main {
    private Main() {}

    public static void main(String... arguments) {
      DoctorReport report = DoctorReport.take(Progress.SILENT);
      System.out.println("models=" + report.models());
      System.out.print(report.text());
    }
  }

  private String take(Path cache) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName())
            .redirectErrorStream(true);
    builder.environment().put("ALIGN4J_CACHE", cache.toString());
    builder.environment().put("HF_HUB_CACHE", folder.resolve("huggingface").toString());
    Process process = builder.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }

  @Test
  void findsTheModelsOfTheCache() throws IOException, InterruptedException {
    Path cache = folder.resolve("cache");
    Path model = Files.createDirectories(cache.resolve("hub").resolve("org").resolve("whole"));
    Files.createFile(model.resolve(".complete"));
    Files.createDirectories(cache.resolve("hub").resolve("org").resolve("half"));
    assertThat(take(cache))
        .contains("models={org/whole=" + model + "}")
        .containsPattern(
            "Cache folder +yes +" + Pattern.quote(cache.toString()) + ", [1-9][0-9]* MiB free")
        .containsPattern("Models +yes +org/whole\\R")
        .containsPattern("Java +yes +" + Pattern.quote(System.getProperty("java.version")));
  }

  @Test
  void aCacheThatIsNotThereIsNoError() throws IOException, InterruptedException {
    Path cache = folder.resolve("not").resolve("there");
    assertThat(take(cache))
        .contains("models={}")
        .containsPattern(
            "Cache folder +no +" + Pattern.quote(cache.toString()) + ", [1-9][0-9]* MiB free")
        .containsPattern("Models +no +none in the caches; the first run downloads one\\R");
    assertThat(cache).doesNotExist();
  }
}
