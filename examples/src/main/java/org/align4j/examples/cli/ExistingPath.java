package org.align4j.examples.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.TypeConversionException;

/** A file or folder to read; naming one that is not there is wrong use. */
record ExistingPath(Path path) {
  static ExistingPath of(String argument) {
    return new ExistingPath(require(Path.of(argument)));
  }

  static Path require(Path path) {
    if (!Files.exists(path)) {
      throw new TypeConversionException(path + ": no such file or folder");
    }
    return path;
  }
}
