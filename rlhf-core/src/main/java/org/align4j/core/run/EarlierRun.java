package org.align4j.core.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What a run before has left where a new one begins. */
public final class EarlierRun {
  private static final String SUFFIX = ".previous";

  private EarlierRun() {}

  /**
   * Renames a file or folder to its name with {@code .previous}, so that a new run neither goes on
   * from it nor appends to it; one that was set aside earlier is deleted. Nothing happens where
   * there is none.
   *
   * @param file of the earlier run, or a folder
   * @throws RunFileException names the file, if it cannot be renamed
   */
  public static void setAside(Path file) {
    if (!Files.exists(file)) {
      return;
    }
    Path target = file.resolveSibling(file.getFileName() + SUFFIX);
    try {
      if (Files.exists(target)) {
        delete(target);
      }
      Files.move(file, target);
    } catch (IOException e) {
      throw new RunFileException(
          file + ": cannot be renamed to " + target.getFileName() + ": " + e.getMessage(), e);
    }
  }

  private static void delete(Path file) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(file)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : all) {
      Files.delete(each);
    }
  }
}
