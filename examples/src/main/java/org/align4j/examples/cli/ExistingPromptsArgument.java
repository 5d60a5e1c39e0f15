package org.align4j.examples.cli;

import picocli.CommandLine.ITypeConverter;

/** As {@link ExistingPrompts}, for reports that name a file as the user does. */
final class ExistingPromptsArgument implements ITypeConverter<String> {
  @Override
  public String convert(String value) {
    new ExistingPrompts().convert(value);
    return value;
  }
}
