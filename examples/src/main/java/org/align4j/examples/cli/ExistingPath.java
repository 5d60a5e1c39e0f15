package org.align4j.examples.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A file or folder to read; naming one that is not there is wrong use. */
final class ExistingPath implements ITypeConverter<Path> {
  @Override
  public Path convert(String value) {
    return require(Path.of(value));
  }

  static Path require(Path path) {
    if (!Files.exists(path)) {
      throw new TypeConversionException(path + ": no such file or folder");
    }
    return path;
  }
}
