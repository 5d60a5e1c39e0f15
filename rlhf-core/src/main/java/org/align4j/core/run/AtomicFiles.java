package org.align4j.core.run;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.stream.Stream;

/** Writes a file under a temporary name beside its target and moves it into place when complete. */
public final class AtomicFiles {
  private AtomicFiles() {}

  /** Fills a stream; on failure nothing is left and an older file stays as it was. */
  @FunctionalInterface
  public interface Content {
    /**
     * Writes everything; the stream is closed by the caller.
     *
     * @param out the file that is made
     * @throws IOException if the disk is full or the file cannot be written
     */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes the file.
   *
   * @param target file that is replaced at once, when all is written
   * @param content writes what the file holds
   * @throws IOException names the target; a full disk leaves the older file in place
   */
  public static void write(Path target, Content content) throws IOException {
    Path folder = target.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    // Files.createTempFile would make a file that only its owner may read.
    Path temporary = folder.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      try (OutputStream out = Files.newOutputStream(temporary, StandardOpenOption.CREATE_NEW)) {
        content.writeTo(out);
      }
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new IOException(target + ": could not be written: " + e.getMessage(), e);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /**
   * Writes lines as UTF-8, each with a line feed behind it, such as the rows of a JSONL file.
   *
   * @param target file that is replaced at once, when all is written
   * @param lines what the file holds
   * @throws IOException names the target; a full disk leaves the older file in place
   */
  public static void writeLines(Path target, Stream<String> lines) throws IOException {
    write(
        target,
        out -> {
          for (String line : (Iterable<String>) lines::iterator) {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
          }
        });
  }

  /**
   * Writes a text as UTF-8.
   *
   * @param target file that is replaced at once, when all is written
   * @param text all that the file holds
   * @throws IOException names the target; a full disk leaves the older file in place
   */
  public static void writeString(Path target, String text) throws IOException {
    write(target, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }
}
