package org.align4j.examples.cli;

import org.align4j.core.data.PromptFile;
import picocli.CommandLine.ITypeConverter;

/** {@code FILE[:COLUMN][@FIELD=VALUE]} whose file is there. */
final class ExistingPrompts implements ITypeConverter<PromptFile> {
  @Override
  public PromptFile convert(String value) {
    PromptFile file = PromptFile.parse(value);
    ExistingPath.require(file.path());
    return file;
  }
}
